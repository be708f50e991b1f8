// AVX2 with AVX-VNNI: four 8-bit products in one instruction.
#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#define R2_LANES 8
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/vector.h"

// needs vectors
#include "../templates/lines.inl"

#define R2_INT8_SUFFIX avxvnni_int8
#define INT8_SIGNED 0
#define INT8_LARGEST 255
#define INT8_PAIR 0
#define INT8_DOT(sum, a, b) ((vf)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(a), (__m256i)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

int r2_fill_avxvnni(r2_kernels *table) {
  if (!r2_fill_avx2(table) || !__builtin_cpu_supports("avxvnni")) return 0;
  INT8_NAME(fill)(table);
  table->name = "avxvnni";
  return 1;
}
#else
int r2_fill_avxvnni(r2_kernels *table) { return (void)table, 0; }
#endif
