// Four lanes of whatever the compiler's baseline is: SSE2 on x86-64, NEON on arm64.
#include "include/kernels.h"

#define R2_LANES 4
#define R2_SUFFIX portable
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "table.inl"

static const r2_kernels table = TABLE(.f32 = OPERANDS(R2_NAME));

const r2_kernels *r2_kernels_portable(void) { return &table; }
