// 8-bit products of arm64 CPUs that have them: dotprod (Armv8.4), or i8mm (Armv8.6), which takes V as it is.
// Everything else is the portable set's.
#include "isa.h"

#if defined(__aarch64__) && defined(__linux__)
#include <arm_neon.h>
#include <sys/auxv.h>

#define R2_LANES 4
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/vector.h"

// needs vectors
#include "../templates/lines.inl"

#define INT8_LARGEST 255
#define INT8_PAIR 0

// Both operands of the instruction are signed.
#define TOP_BITS ((int32_t)0x80808080)

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define R2_INT8_SUFFIX dotprod_int8
#define INT8_SIGNED 128
#define INT8_DOT(sum, a, b) ((vf)vdotq_s32((int32x4_t)(sum), (int8x16_t)((vi)(a) ^ TOP_BITS), (int8x16_t)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

int r2_fill_dotprod(r2_kernels *table) {
  if (!r2_fill_portable(table) || !(getauxval(AT_HWCAP) & HWCAP_ASIMDDP)) return 0;
  INT8_NAME(fill)(table);
  table->name = "dotprod";
  return 1;
}

#undef R2_INT8_SUFFIX
#undef INT8_SIGNED
#undef INT8_DOT

#pragma clang attribute push(__attribute__((target("i8mm"))), apply_to = function)
#define R2_INT8_SUFFIX i8mm_int8
#define INT8_SIGNED 0
#define INT8_DOT(sum, a, b) ((vf)vusdotq_s32((int32x4_t)(sum), (uint8x16_t)(a), (int8x16_t)(b)))
#include "../templates/int8.inl"
#pragma clang attribute pop

#ifndef HWCAP2_I8MM
#define HWCAP2_I8MM (1 << 13)
#endif

int r2_fill_i8mm(r2_kernels *table) {
  if (!r2_fill_portable(table) || !(getauxval(AT_HWCAP2) & HWCAP2_I8MM)) return 0;
  INT8_NAME(fill)(table);
  table->name = "i8mm";
  return 1;
}
#else
int r2_fill_dotprod(r2_kernels *table) { return (void)table, 0; }
int r2_fill_i8mm(r2_kernels *table) { return (void)table, 0; }
#endif
