#include "CSignals.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif

int csignals_when_parent_ends(int signal) {
#ifdef __linux__
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal);
#else
    (void)signal;
    return -1;
#endif
}
