// The largest element of a row, ignoring NaN; NaN only if all are. n > 0.
CK_CLONES static REAL K(row_max)(ptrdiff_t n, const REAL *x) {
  // A maximum does not depend on the order: explicit lanes, since the compiler may not reorder.
  enum { width = 64 / sizeof(REAL) };
  typedef REAL lanes __attribute__((vector_size(64), aligned(sizeof(REAL))));
  REAL result = x[0];
  ptrdiff_t c = 1;
  if (n >= width) {
    lanes largest = *(const lanes *)x, other = largest;
    for (c = width; c + 2 * width <= n; c += 2 * width) {
      largest = __builtin_elementwise_max(largest, *(const lanes *)(x + c));
      other = __builtin_elementwise_max(other, *(const lanes *)(x + c + width));
    }
    if (c + width <= n) largest = __builtin_elementwise_max(largest, *(const lanes *)(x + c));
    // The rest, and some elements a second time.
    largest = __builtin_elementwise_max(largest, other);
    largest = __builtin_elementwise_max(largest, *(const lanes *)(x + n - width));
    return __builtin_reduce_max(largest);
  }
  for (; c < n; c++) result = __builtin_elementwise_max(result, x[c]);
  return result;
}
