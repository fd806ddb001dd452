#define _GNU_SOURCE
#include "ck_affinity.h"

#ifdef __linux__
#include <errno.h>
#include <sched.h>

ptrdiff_t ck_allowed_cores(int32_t *cores, ptrdiff_t capacity) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    ptrdiff_t count = 0;
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, &set)) continue;
        if (count < capacity) cores[count] = core;
        count++;
    }
    return count;
}

int ck_bind_thread(const int32_t *cores, ptrdiff_t count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (ptrdiff_t i = 0; i < count; i++) CPU_SET(cores[i], &set);
    return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}
#else
ptrdiff_t ck_allowed_cores(int32_t *cores, ptrdiff_t capacity) { return 0; }
int ck_bind_thread(const int32_t *cores, ptrdiff_t count) { return 0; }
#endif
