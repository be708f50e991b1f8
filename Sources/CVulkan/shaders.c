#include "shaders.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define R2_WORDS static const unsigned char __attribute__((aligned(4)))

R2_WORDS conv_f32[] = {
#embed "../../Shaders/conv-f32.spv"
};
R2_WORDS conv_f16[] = {
#embed "../../Shaders/conv-f16.spv"
};
R2_WORDS conv_matrix[] = {
#embed "../../Shaders/conv-matrix.spv"
};
R2_WORDS fill_f32[] = {
#embed "../../Shaders/fill-f32.spv"
};
R2_WORDS fill_f16[] = {
#embed "../../Shaders/fill-f16.spv"
};
R2_WORDS pool_f32[] = {
#embed "../../Shaders/pool-f32.spv"
};
R2_WORDS pool_f16[] = {
#embed "../../Shaders/pool-f16.spv"
};
R2_WORDS linear[] = {
#embed "../../Shaders/linear.spv"
};
static const char manifest[] = {
#embed "../../Shaders/manifest.sha256"
};

#define R2_SPIRV(name) ((r2_spirv){(const uint32_t *)(const void *)(name), sizeof(name)})

r2_spirv r2_gpu_spirv(r2_gpu_shader shader, r2_gpu_path path) {
  int half = path != R2_GPU_F32;
  switch (shader) {
    case R2_GPU_CONV:
      if (path == R2_GPU_F16_MATRIX) return R2_SPIRV(conv_matrix);
      return half ? R2_SPIRV(conv_f16) : R2_SPIRV(conv_f32);
    case R2_GPU_FILL: return half ? R2_SPIRV(fill_f16) : R2_SPIRV(fill_f32);
    case R2_GPU_POOL: return half ? R2_SPIRV(pool_f16) : R2_SPIRV(pool_f32);
    case R2_GPU_LINEAR: return R2_SPIRV(linear);
  }
  return (r2_spirv){0};
}

const char *r2_gpu_manifest(size_t *length) {
  *length = sizeof manifest;
  return manifest;
}
