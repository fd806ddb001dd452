// The Fortran-free half of OpenBLAS: products and thread control.
#include <cblas.h>
