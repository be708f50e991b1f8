// The same transforms and products with operands in bfloat16: 32 values in the 64 bytes that hold 16 floats.
// Before it is included: R2_BF16_SUFFIX, BF16_FMA(sum, a, b) and BF16_STORE(to, vector).
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), \
                             apply_to = function)

#undef PRODUCT_NAME
#undef PRODUCT_FMA
#undef PRODUCT_INIT
#undef V_TYPE
#undef V_NAME
#undef V_STORE
#undef V_VALUES

#define R2_BF16_NAME(name) R2_PASTE(name, R2_BF16_SUFFIX)

#define PRODUCT_NAME(name) R2_BF16_NAME(name)
#define PRODUCT_FMA(sum, a, b) BF16_FMA(sum, a, b)
#define PRODUCT_INIT 0
#include "product.inl"

#define V_TYPE uint16_t
#define V_NAME(name) R2_BF16_NAME(name)
#define V_STORE(p, v) BF16_STORE(p, v)
#define V_VALUES 2
#include "inputs.inl"
#pragma clang attribute pop
