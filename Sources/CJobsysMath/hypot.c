// glibc 2.35 gave hypot and hypotf new versions. The Swift toolchain's libraries are built against it, and so an
// executable that links them would not start on Amazon Linux 2023, which has glibc 2.34. Defined here, they are not
// taken from glibc at all.

#if defined(__linux__)

#include "CJobsysMath.h"

#include <math.h>

// Squares in the next wider type neither overflow nor vanish. Of two arguments of which one is infinite the result is
// infinite, also if the other is not a number (C17, F.10.4.3).

double hypot(double x, double y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (double)sqrtl((long double)x * x + (long double)y * y);
}

float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}

#endif
