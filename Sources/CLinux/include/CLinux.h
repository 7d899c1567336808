// SPDX-License-Identifier: Apache-2.0
//
// Declarations missing from Swift's Glibc module.

#ifndef CLINUX_H
#define CLINUX_H

#include <malloc.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// Declared by <sys/socket.h> only if _GNU_SOURCE is defined.
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

// Declared by <spawn.h> and <unistd.h> under the same condition; used by tests to start programs.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
int pipe2(int ends[2], int flags);

// Returns the number of cores available to this process; sched_getaffinity needs _GNU_SOURCE.
int core_count(void);

// Attaches a filter to a listening socket that drops every SYN; <linux/filter.h> is in no module.
// The handshakes that have begun are completed.
int drop_new_connections(int socket);

// Lowers the priority of the calling thread as far as the system permits. On Linux both calls
// affect a single thread, and SCHED_BATCH needs _GNU_SOURCE.
void lower_priority(int niceness);

// Names the calling thread for debuggers and `top -H`; pthread_setname_np needs _GNU_SOURCE.
void name_thread(const char *name);

#endif
