#ifndef R2_GPU_SHADERS_H
#define R2_GPU_SHADERS_H

#include <stddef.h>
#include <stdint.h>

#include "gpu.h"

typedef struct {
  const uint32_t *words;
  size_t bytes;
} r2_spirv;

/// The shader in SPIR-V.
r2_spirv r2_gpu_spirv(r2_gpu_shader shader, r2_gpu_path path);

#endif
