// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/filter.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>

int core_count(void) {
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

int drop_new_connections(int socket) {
    // The filter of a TCP socket sees the TCP header; its flags are at offset 13 (RFC 9293).
    enum { flags = 13, syn = 0x02, ack = 0x10 };
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {
        .len = sizeof instructions / sizeof *instructions,
        .filter = instructions,
    };
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void lower_priority(int niceness) {
    struct sched_param none = {0};
    if (sched_getscheduler(0) == SCHED_OTHER) sched_setscheduler(0, SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, 0, niceness);
}

void name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}
