// The functions of Vulkan that are called, each with its type, as tables that are filled at run time: nothing
// of Vulkan is linked.
#ifndef R2_VULKAN_FUNCTIONS_H
#define R2_VULKAN_FUNCTIONS_H

#include "declarations.h"

// X(name, result, arguments)
#define R2_GLOBAL_FUNCTIONS(X)                                                              \
  X(vkCreateInstance, VkResult, (const VkInstanceCreateInfo *, const void *, VkInstance *)) \
  X(vkEnumerateInstanceVersion, VkResult, (uint32_t *))

#define R2_INSTANCE_FUNCTIONS(X)                                                                         \
  X(vkEnumeratePhysicalDevices, VkResult, (VkInstance, uint32_t *, VkPhysicalDevice *))                  \
  X(vkGetPhysicalDeviceProperties, void, (VkPhysicalDevice, VkPhysicalDeviceProperties *))               \
  X(vkGetPhysicalDeviceProperties2, void, (VkPhysicalDevice, VkPhysicalDeviceProperties2 *))             \
  X(vkGetPhysicalDeviceFeatures2, void, (VkPhysicalDevice, VkPhysicalDeviceFeatures2 *))                 \
  X(vkGetPhysicalDeviceQueueFamilyProperties, void,                                                      \
    (VkPhysicalDevice, uint32_t *, VkQueueFamilyProperties *))                                           \
  X(vkGetPhysicalDeviceMemoryProperties2, void, (VkPhysicalDevice, VkPhysicalDeviceMemoryProperties2 *)) \
  X(vkEnumerateDeviceExtensionProperties, VkResult,                                                      \
    (VkPhysicalDevice, const char *, uint32_t *, VkExtensionProperties *))                               \
  X(vkCreateDevice, VkResult, (VkPhysicalDevice, const VkDeviceCreateInfo *, const void *, VkDevice *))  \
  X(vkGetDeviceProcAddr, PFN_vkVoidFunction, (VkDevice, const char *))

#define R2_DEVICE_FUNCTIONS(X)                                                                              \
  X(vkDestroyDevice, void, (VkDevice, const void *))                                                        \
  X(vkGetDeviceQueue, void, (VkDevice, uint32_t, uint32_t, VkQueue *))                                      \
  X(vkCreateBuffer, VkResult, (VkDevice, const VkBufferCreateInfo *, const void *, VkBuffer *))             \
  X(vkDestroyBuffer, void, (VkDevice, VkBuffer, const void *))                                              \
  X(vkGetBufferMemoryRequirements, void, (VkDevice, VkBuffer, VkMemoryRequirements *))                      \
  X(vkAllocateMemory, VkResult, (VkDevice, const VkMemoryAllocateInfo *, const void *, VkDeviceMemory *))   \
  X(vkFreeMemory, void, (VkDevice, VkDeviceMemory, const void *))                                           \
  X(vkBindBufferMemory, VkResult, (VkDevice, VkBuffer, VkDeviceMemory, VkDeviceSize))                       \
  X(vkMapMemory, VkResult, (VkDevice, VkDeviceMemory, VkDeviceSize, VkDeviceSize, VkFlags, void **))        \
  X(vkCreateShaderModule, VkResult,                                                                         \
    (VkDevice, const VkShaderModuleCreateInfo *, const void *, VkShaderModule *))                           \
  X(vkDestroyShaderModule, void, (VkDevice, VkShaderModule, const void *))                                  \
  X(vkCreateDescriptorSetLayout, VkResult,                                                                  \
    (VkDevice, const VkDescriptorSetLayoutCreateInfo *, const void *, VkDescriptorSetLayout *))             \
  X(vkDestroyDescriptorSetLayout, void, (VkDevice, VkDescriptorSetLayout, const void *))                    \
  X(vkCreatePipelineLayout, VkResult,                                                                       \
    (VkDevice, const VkPipelineLayoutCreateInfo *, const void *, VkPipelineLayout *))                       \
  X(vkDestroyPipelineLayout, void, (VkDevice, VkPipelineLayout, const void *))                              \
  X(vkCreateComputePipelines, VkResult,                                                                     \
    (VkDevice, VkPipelineCache, uint32_t, const VkComputePipelineCreateInfo *, const void *, VkPipeline *)) \
  X(vkDestroyPipeline, void, (VkDevice, VkPipeline, const void *))                                          \
  X(vkCreateDescriptorPool, VkResult,                                                                       \
    (VkDevice, const VkDescriptorPoolCreateInfo *, const void *, VkDescriptorPool *))                       \
  X(vkDestroyDescriptorPool, void, (VkDevice, VkDescriptorPool, const void *))                              \
  X(vkAllocateDescriptorSets, VkResult, (VkDevice, const VkDescriptorSetAllocateInfo *, VkDescriptorSet *)) \
  X(vkUpdateDescriptorSets, void,                                                                           \
    (VkDevice, uint32_t, const VkWriteDescriptorSet *, uint32_t, const void *))                             \
  X(vkCreateCommandPool, VkResult,                                                                          \
    (VkDevice, const VkCommandPoolCreateInfo *, const void *, VkCommandPool *))                             \
  X(vkDestroyCommandPool, void, (VkDevice, VkCommandPool, const void *))                                    \
  X(vkResetCommandPool, VkResult, (VkDevice, VkCommandPool, VkFlags))                                       \
  X(vkAllocateCommandBuffers, VkResult, (VkDevice, const VkCommandBufferAllocateInfo *, VkCommandBuffer *)) \
  X(vkBeginCommandBuffer, VkResult, (VkCommandBuffer, const VkCommandBufferBeginInfo *))                    \
  X(vkEndCommandBuffer, VkResult, (VkCommandBuffer))                                                        \
  X(vkCmdBindPipeline, void, (VkCommandBuffer, int32_t, VkPipeline))                                        \
  X(vkCmdBindDescriptorSets, void,                                                                          \
    (VkCommandBuffer, int32_t, VkPipelineLayout, uint32_t, uint32_t, const VkDescriptorSet *, uint32_t,     \
     const uint32_t *))                                                                                     \
  X(vkCmdPushConstants, void,                                                                               \
    (VkCommandBuffer, VkPipelineLayout, VkFlags, uint32_t, uint32_t, const void *))                         \
  X(vkCmdDispatch, void, (VkCommandBuffer, uint32_t, uint32_t, uint32_t))                                   \
  X(vkCmdCopyBuffer, void, (VkCommandBuffer, VkBuffer, VkBuffer, uint32_t, const VkBufferCopy *))           \
  X(vkCmdPipelineBarrier, void,                                                                             \
    (VkCommandBuffer, VkFlags, VkFlags, VkFlags, uint32_t, const VkMemoryBarrier *, uint32_t, const void *, \
     uint32_t, const void *))                                                                               \
  X(vkQueueSubmit, VkResult, (VkQueue, uint32_t, const VkSubmitInfo *, VkFence))                            \
  X(vkCreateFence, VkResult, (VkDevice, const VkFenceCreateInfo *, const void *, VkFence *))                \
  X(vkDestroyFence, void, (VkDevice, VkFence, const void *))                                                \
  X(vkWaitForFences, VkResult, (VkDevice, uint32_t, const VkFence *, VkBool32, uint64_t))                   \
  X(vkResetFences, VkResult, (VkDevice, uint32_t, const VkFence *))

/// Which only drivers with the extension have.
typedef VkResult (*PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)(VkPhysicalDevice, uint32_t *,
                                                                          VkCooperativeMatrixPropertiesKHR *);

#define R2_MEMBER(name, result, arguments) result(*name) arguments;
typedef struct {
  R2_INSTANCE_FUNCTIONS(R2_MEMBER)
} r2_instance_functions;

typedef struct {
  R2_DEVICE_FUNCTIONS(R2_MEMBER)
} r2_device_functions;
#undef R2_MEMBER

#endif
