#ifndef CIMAGEFILES_H
#define CIMAGEFILES_H
#endif
