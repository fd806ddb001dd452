// exp, tanh, … as the kernels use them.
#ifndef CK_MATH_FUNCTIONS_H
#define CK_MATH_FUNCTIONS_H

#include <math.h>

#include "kernels.h"

CK_INLINE float exp_f32(float x) { return expf(x); }
CK_INLINE float tanh_f32(float x) { return tanhf(x); }
CK_INLINE float erf_f32(float x) { return erff(x); }
CK_INLINE float sigmoid_f32(float x) { return 1 / (1 + expf(-x)); }

CK_INLINE double exp_f64(double x) { return exp(x); }
CK_INLINE double tanh_f64(double x) { return tanh(x); }
CK_INLINE double erf_f64(double x) { return erf(x); }
CK_INLINE double sigmoid_f64(double x) { return 1 / (1 + exp(-x)); }

#endif
