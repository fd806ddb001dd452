#ifndef CK_IMAGE_REFLECTION_H
#define CK_IMAGE_REFLECTION_H

#include "../common/kernels.h"

// The pixel that stands at `index` of an image mirrored at its edges, which are not doubled; at most size − 1 pixels outside.
CK_INLINE ptrdiff_t reflected(ptrdiff_t index, ptrdiff_t size) {
  if (index < 0) return -index;
  return index < size ? index : 2 * (size - 1) - index;
}

#endif
