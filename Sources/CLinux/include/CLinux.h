// SPDX-License-Identifier: Apache-2.0
//
// What Glibc's Swift module leaves out.

#ifndef CLINUX_H
#define CLINUX_H

#include <malloc.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// Declared by <sys/socket.h> only where _GNU_SOURCE is defined.
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

// Declared by <spawn.h> and <unistd.h> only there, too; the tests start programs with these.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
int pipe2(int ends[2], int flags);

// How many cores this process may use; sched_getaffinity needs _GNU_SOURCE, too.
int core_count(void);

// Has the kernel drop all that comes for a socket; <linux/filter.h> is in no module.
int drop_all_packets(int socket);

// Has the calling thread make way for others; where the system does not allow it, it goes on as it
// is. On Linux both calls are about one thread, and the policy needs _GNU_SOURCE.
void lower_priority(int niceness);

// Names the calling thread, as debuggers and `top -H` show it; pthread_setname_np needs _GNU_SOURCE.
void name_thread(const char *name);

#endif
