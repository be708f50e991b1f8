// A driver of Vulkan that fails as it is told: it stands between CVulkan and a real one, and passes on all
// that it is not to change.
#ifndef FAULTY_H
#define FAULTY_H

#include <stdint.h>

/// What is changed; 0 is nothing.
typedef struct {
  uint32_t binding_bytes;     // maxStorageBufferRange
  uint32_t lanes;             // maxComputeWorkGroupInvocations
  uint32_t storage_buffers;   // maxPerStageDescriptorStorageBuffers
  uint32_t shared_bytes;      // maxComputeSharedMemorySize
  uint32_t push_bytes;        // maxPushConstantsSize
  uint32_t version;           // of Vulkan that the device knows
  uint32_t type;              // VkPhysicalDeviceType and 1
  uint64_t memory;            // bytes, beyond which more is refused
  uint32_t lost_at;           // the submit, from 1, at which the device is lost
  uint32_t lost_batch;        // the batch, from 1, whose first submit finds it lost
  uint32_t late_at;           // the wait, from 1, that takes too long
  uint32_t drops_dispatches;  // whether shaders do not run
  uint32_t lacks_f16, lacks_devices;
  uint32_t lacks_matrices;   // whether it has no VK_KHR_cooperative_matrix
  uint32_t lacks_wide_sums;  // whether its matrices of float16 are summed in float16 alone
  uint32_t vendor;           // vendorID
} faulty_settings;

/// Begins to fail as `settings` say, and forgets what happened before.
void faulty_set(faulty_settings settings);
/// vkGetInstanceProcAddr; NULL where there is no driver to stand before.
void (*faulty_get_function(void *instance, const char *name))(void);

#endif
