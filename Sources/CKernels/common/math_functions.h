// exp, tanh, erf and the logistic function as the kernels use them: polynomials in float, so that loops over them
// vectorise; libm in double, which only checks gradients.
//
// The coefficients are weighted least-maximum fits (Lawson's algorithm) to the functions' exact values; errors are
// in units of the last place against them. NaN gives NaN, and the limits at ±∞ are exact.
#ifndef CK_MATH_FUNCTIONS_H
#define CK_MATH_FUNCTIONS_H

#include <math.h>
#include <string.h>

#include "kernels.h"

CK_INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

CK_INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// 2ⁿ for −126 ≤ n ≤ 127
CK_INLINE float power_of_two(int32_t n) { return float_of((uint32_t)(n + 127) << 23); }

// x = n·log 2 + r with |r| ≤ log(2)/2: exp x = 2ⁿ · exp r. At most 1.5 ulp.
CK_INLINE float exp_f32(float x) {
  // Beyond these limits the result is ∞ or 0; the comparison keeps NaN.
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  // Adding 1.5·2²³ rounds to an integer, which then sits in the low bits.
  float shifted = x * 1.44269504f + 12582912.0f;
  float rounded = shifted - 12582912.0f;
  int32_t n = (int32_t)(bits_of(shifted) - bits_of(12582912.0f));
  // log 2 in two parts (Cody and Waite, 1980): the first has few bits, so its multiple is exact.
  float r = x - rounded * 0.693145752f;
  r -= rounded * 1.42860677e-6f;
  float p = 1.3950489e-3f;
  p = p * r + 8.3688898e-3f;
  p = p * r + 4.1666206e-2f;
  p = p * r + 1.6666518e-1f;
  p = p * r + 0.5f;
  p = p * (r * r) + r + 1;
  // In two factors, since 2¹²⁸ and the subnormal powers are not floats.
  int32_t half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}

CK_INLINE float sigmoid_f32(float x) { return 1 / (1 + exp_f32(-x)); }

// At most 1.5 ulp.
CK_INLINE float tanh_f32(float x) {
  float magnitude = fabsf(x), s = x * x;
  float p = -5.7170484e-3f;
  p = p * s + 2.0650592e-2f;
  p = p * s - 5.3743500e-2f;
  p = p * s + 1.3331491e-1f;
  p = p * s - 3.3333284e-1f;
  float near = x + x * s * p;
  float far = copysignf(1 - 2 / (exp_f32(2 * magnitude) + 1), x);
  return magnitude < 0.625f ? near : far;
}

// At most 3 ulp.
CK_INLINE float erf_f32(float x) {
  float t = fabsf(x), s = x * x;
  float p = 8.2155777e-5f;
  p = p * s - 8.1060099e-4f;
  p = p * s + 5.1978021e-3f;
  p = p * s - 2.6858106e-2f;
  p = p * s + 1.1283673e-1f;
  p = p * s - 3.7612632e-1f;
  p = p * s + 1.1283792f;
  float near = x * p;
  // 1 − exp(polynomial); from 4 on it is 1 to the last bit.
  t = t > 4 ? 4 : t;
  float q = 2.1353299e-4f;
  q = q * t - 3.2113183e-3f;
  q = q * t + 2.2878611e-2f;
  q = q * t - 1.0524467e-1f;
  q = q * t - 6.3573092e-1f;
  q = q * t - 1.1285107f;
  float far = copysignf(1 - exp_f32(q * t), x);
  return s < 0.86f ? near : far;
}

// Correctly rounded. Unlike sqrt, they set no errno, so loops over them vectorise.
CK_INLINE float sqrt_f32(float x) { return __builtin_elementwise_sqrt(x); }
CK_INLINE double sqrt_f64(double x) { return __builtin_elementwise_sqrt(x); }

CK_INLINE double exp_f64(double x) { return exp(x); }
CK_INLINE double tanh_f64(double x) { return tanh(x); }
CK_INLINE double erf_f64(double x) { return erf(x); }
CK_INLINE double sigmoid_f64(double x) { return 1 / (1 + exp(-x)); }

#endif
