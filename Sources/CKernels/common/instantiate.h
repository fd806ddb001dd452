// Includes CK_TEMPLATE for double, then for float. No include guard: every family includes it once.
#include "math_functions.h"

#define REAL double
#define SUFFIX f64
#include CK_TEMPLATE
#undef REAL
#undef SUFFIX

#define REAL float
#define SUFFIX f32
#include CK_TEMPLATE
#undef REAL
#undef SUFFIX
