// AVX2 with FMA: 16 registers of 8 lanes, so 6 rows of one panel. With 8-bit products by three instructions
// that every AVX2 has.
#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define R2_LANES 8
#define R2_SUFFIX avx2
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/table.inl"

// Two products are summed in 16 bits, which saturate. With a up to 255 there would have to be 7 bits for b,
// and with 7 bits for a any b would do; between them both lose least: see INT8_PAIR.
static inline __attribute__((always_inline)) vf dot_of_pairs(vf sum, vf a, vf b) {
  __m256i pairs = _mm256_maddubs_epi16((__m256i)a, (__m256i)b);
  return (vf)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

#define R2_INT8_SUFFIX avx2_int8
#define INT8_SIGNED 0
#define INT8_LARGEST 163
#define INT8_PAIR (INT16_MAX / INT8_LARGEST)
#define INT8_DOT(sum, a, b) dot_of_pairs(sum, a, b)
#include "../templates/int8.inl"
#pragma clang attribute pop

int r2_fill_avx2(r2_kernels *table) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  FILL_TABLE(table, "avx2");
  FILL_F32(table);
  INT8_NAME(fill)(table);
  return 1;
}
#else
int r2_fill_avx2(r2_kernels *table) { return (void)table, 0; }
#endif
