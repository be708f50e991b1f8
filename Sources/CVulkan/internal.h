#ifndef R2_GPU_INTERNAL_H
#define R2_GPU_INTERNAL_H

#include <pthread.h>

#include "functions.h"
#include "gpu.h"

typedef struct {
  VkPhysicalDevice handle;
  uint32_t family;  // of a queue that computes
  VkPhysicalDeviceMemoryProperties memory;
  r2_gpu_facts facts;
} r2_physical;

struct r2_gpu_library {
  VkInstance instance;
  r2_instance_functions call;
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR matrices;  // or NULL
  int count;
  r2_physical *devices;
};

enum { R2_MOST_PIPELINES = 16 };

struct r2_gpu_device {
  r2_device_functions call;
  const r2_physical *physical;
  VkDevice handle;
  VkQueue queue;
  uint64_t timeout;
  r2_gpu_path path;
  VkDescriptorSetLayout set_layout;
  VkPipelineLayout layout;
  pthread_mutex_t lock;  // of the queue, the pipelines and the state
  r2_gpu_kernel kernels[R2_MOST_PIPELINES];
  VkPipeline pipelines[R2_MOST_PIPELINES];
  int pipeline_count;
  r2_gpu_status state;
};

struct r2_gpu_buffer {
  VkBuffer handle;
  VkDeviceMemory memory;
  void *map;
  uint64_t bytes;
};

/// Fills `error` and returns `status`.
r2_gpu_status r2_gpu_fail(r2_gpu_error *error, r2_gpu_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/// The same for what `function` returned; keeps the state of a device that is lost.
r2_gpu_status r2_gpu_fail_call(r2_gpu_device *device, r2_gpu_error *error, const char *function,
                               VkResult result);
void r2_gpu_set_state(r2_gpu_device *device, r2_gpu_status state);

/// The pipeline of a kernel, made when it is first asked for; VK_NULL_HANDLE on failure.
VkPipeline r2_gpu_pipeline(r2_gpu_device *device, r2_gpu_kernel kernel, r2_gpu_error *error);

int r2_gpu_has_extension(const r2_gpu_library *library, VkPhysicalDevice device, const char *name);

typedef struct {
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrices;
  VkPhysicalDeviceSubgroupSizeControlFeatures sizes;
  VkPhysicalDeviceVulkanMemoryModelFeatures model;
  VkPhysicalDeviceShaderFloat16Int8Features halves;
} r2_matrix_features;

/// Notes the cooperative matrices that a device is to use, if it offers some.
void r2_gpu_find_matrices(const r2_gpu_library *library, r2_physical *device);
/// Adds to `info` what they need; `chain` has to live as long.
void r2_gpu_ask_for_matrices(r2_matrix_features *chain, VkDeviceCreateInfo *info);

#endif
