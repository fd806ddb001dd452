#include "CImageFiles.h"
