// The tables: each begins with every slot of the plain C one, which its instruction set overwrites.
#include <pthread.h>

#include "isa.h"

static int (*const fill[R2_ISAS])(r2_kernels *) = {
    [R2_SCALAR] = r2_fill_scalar, [R2_PORTABLE] = r2_fill_portable, [R2_DOTPROD] = r2_fill_dotprod,
    [R2_I8MM] = r2_fill_i8mm,     [R2_AVX2] = r2_fill_avx2,         [R2_AVXVNNI] = r2_fill_avxvnni,
    [R2_AVX512] = r2_fill_avx512,
};

static r2_kernels tables[R2_ISAS];
static int available[R2_ISAS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_all(void) {
  for (int isa = 0; isa < R2_ISAS; isa++) {
    r2_fill_scalar(&tables[isa]);
    available[isa] = fill[isa](&tables[isa]);
  }
}

const r2_kernels *r2_kernels_of(r2_isa isa) {
  pthread_once(&once, fill_all);
  return (unsigned)isa < R2_ISAS && available[isa] ? &tables[isa] : NULL;
}
