// Four lanes of whatever the compiler's baseline is: SSE2 on x86-64, NEON on arm64.
#include "isa.h"

#define R2_LANES 4
#define R2_SUFFIX portable
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 2
#include "../templates/table.inl"

int r2_fill_portable(r2_kernels *table) {
  FILL_TABLE(table, "portable");
  FILL_F32(table);
  return 1;
}
