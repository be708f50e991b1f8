// Plain C, one value at a time: every slot of the table, and what the faster sets are checked against.
#include "isa.h"

#define R2_LANES 1
#define R2_SUFFIX scalar
#define PRODUCT_ROWS 1
#define PRODUCT_VECTORS 1
#include "../templates/table.inl"

// bfloat16 in 32-bit integers: the upper half of a float32, rounded to nearest even.
static uint16_t bf16_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

static float bf16_half(float element, int shift) {
  uint32_t bits;
  memcpy(&bits, &element, sizeof bits);
  bits = bits << shift & 0xFFFF0000;
  memcpy(&element, &bits, sizeof bits);
  return element;
}

static float bf16_fma(float sum, float a, float b) {
  sum += bf16_half(a, 16) * bf16_half(b, 16);
  return sum + bf16_half(a, 0) * bf16_half(b, 0);
}

#define R2_BF16_SUFFIX scalar_bf16
#define BF16_FMA(sum, a, b) ((vf)bf16_fma((sum)[0], (a)[0], (b)[0]))
#define BF16_STORE(p, v) (*(p) = bf16_of((v)[0]))
#include "../templates/bf16.inl"

static float int8_dot(float sum, float a, float b) {
  uint8_t u[4];
  int8_t s[4];
  int32_t total;
  memcpy(u, &a, sizeof u), memcpy(s, &b, sizeof s), memcpy(&total, &sum, sizeof total);
  for (int i = 0; i < 4; i++) total += u[i] * s[i];
  memcpy(&sum, &total, sizeof sum);
  return sum;
}

#define R2_INT8_SUFFIX scalar_int8
#define INT8_SIGNED 0
#define INT8_LARGEST 255
#define INT8_PAIR 0
#define INT8_DOT(sum, a, b) ((vf)int8_dot((sum)[0], (a)[0], (b)[0]))
#include "../templates/int8.inl"

int r2_fill_scalar(r2_kernels *table) {
  FILL_TABLE(table, "scalar");
  FILL_F32(table);
  FILL_BF16(table);
  INT8_NAME(fill)(table);
  table->fast[R2_BF16] = table->fast[R2_INT8] = 0;
  return 1;
}
