// Products of 8-bit integers, summed in 32 bits, and what makes them and takes them. Transforms are those of
// float32. Before it is included: R2_INT8_SUFFIX; INT8_DOT(sum, a, b): sum + Σ a·b over four unsigned a and
// signed b; INT8_LARGEST, of a, and INT8_PAIR, of two neighbouring b together (see r2_operands); INT8_SIGNED,
// what INT8_DOT takes from every a.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), \
                             apply_to = function)

#undef PRODUCT_NAME
#undef PRODUCT_FMA
#undef PRODUCT_INIT
#undef M_NAME
#undef M_LOAD
#undef M_SCALED

#undef INT8_NAME
#undef INT8_OFFSET
#undef PRODUCT_OFFSET

#define INT8_NAME(name) R2_PASTE(name, R2_INT8_SUFFIX)
#define INT8_OFFSET ((INT8_LARGEST + 1) / 2)

#define PRODUCT_NAME(name) INT8_NAME(name)
#define PRODUCT_FMA(sum, a, b) INT8_DOT(sum, a, b)
#define PRODUCT_INIT 1
#define PRODUCT_OFFSET(p) (INT8_SIGNED - ((p)->is_signed ? INT8_OFFSET : 0))
#include "product.inl"

#define M_NAME(name) INT8_NAME(name)
#define M_SCALED 1
#include "outputs.inl"
#include "quantize.inl"

// Puts it into a table whose float32 is filled.
static void INT8_NAME(fill)(r2_kernels *table) {
  r2_operands *operands = &table->operands[R2_INT8];
  *operands = table->operands[R2_F32];  // inputs
  operands->largest = INT8_LARGEST;
  operands->pair = INT8_PAIR;
  operands->product = INT8_NAME(product);
  operands->quantize = INT8_NAME(quantize);
  operands->gather_integers = INT8_NAME(gather_integers);
  operands->spatial_output = INT8_NAME(spatial_output);
  operands->temporal_output = INT8_NAME(temporal_output);
  operands->direct_output = INT8_NAME(direct_output);
  table->fast[R2_INT8] = 1;
}
#pragma clang attribute pop
