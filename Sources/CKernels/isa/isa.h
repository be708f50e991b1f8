// What an instruction set gives to the table of kernels.
#ifndef R2_ISA_H
#define R2_ISA_H

#include "../include/kernels.h"

/// Overwrites the slots that this instruction set does faster. Zero where this CPU or this build has it not.
int r2_fill_scalar(r2_kernels *table);
int r2_fill_portable(r2_kernels *table);
int r2_fill_dotprod(r2_kernels *table);
int r2_fill_i8mm(r2_kernels *table);
int r2_fill_avx2(r2_kernels *table);
int r2_fill_avxvnni(r2_kernels *table);
int r2_fill_avx512(r2_kernels *table);

#endif
