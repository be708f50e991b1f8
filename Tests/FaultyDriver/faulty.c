#include "faulty.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/CVulkan/functions.h"

typedef void (*function)(void);

static faulty_settings settings;
static uint32_t submits, batches, waits;
/// Memory that is taken, of which tests take little at once.
static struct {
  VkDeviceMemory memory;
  uint64_t bytes;
} taken[4096];
static PFN_vkGetInstanceProcAddr get;

#define FUNCTIONS(X) R2_INSTANCE_FUNCTIONS(X) R2_DEVICE_FUNCTIONS(X)
#define MEMBER(name, result, arguments) result(*name) arguments;
static struct {
  FUNCTIONS(MEMBER)
} real;

void faulty_set(faulty_settings wanted) {
  settings = wanted;
  submits = batches = waits = 0;
}

// MARK: what is changed

static void change(VkPhysicalDeviceProperties *properties) {
  VkPhysicalDeviceLimits *limits = &properties->limits;
  if (settings.binding_bytes) limits->maxStorageBufferRange = settings.binding_bytes;
  if (settings.lanes) limits->maxComputeWorkGroupInvocations = settings.lanes;
  if (settings.storage_buffers) limits->maxPerStageDescriptorStorageBuffers = settings.storage_buffers;
  if (settings.shared_bytes) limits->maxComputeSharedMemorySize = settings.shared_bytes;
  if (settings.push_bytes) limits->maxPushConstantsSize = settings.push_bytes;
  if (settings.version) properties->apiVersion = settings.version;
  if (settings.vendor) properties->vendorID = settings.vendor;
  if (settings.type) properties->deviceType = (int32_t)settings.type - 1;
}

static void properties(VkPhysicalDevice device, VkPhysicalDeviceProperties *properties) {
  real.vkGetPhysicalDeviceProperties(device, properties);
  change(properties);
}

static void properties2(VkPhysicalDevice device, VkPhysicalDeviceProperties2 *properties) {
  real.vkGetPhysicalDeviceProperties2(device, properties);
  change(&properties->properties);
}

static void features(VkPhysicalDevice device, VkPhysicalDeviceFeatures2 *features) {
  real.vkGetPhysicalDeviceFeatures2(device, features);
  VkPhysicalDevice16BitStorageFeatures *first = features->pNext;
  if (settings.lacks_f16 && first->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES)
    first->storageBuffer16BitAccess = 0;
}

static VkResult extensions(VkPhysicalDevice device, const char *layer, uint32_t *count,
                           VkExtensionProperties *list) {
  VkResult result = real.vkEnumerateDeviceExtensionProperties(device, layer, count, list);
  for (uint32_t i = 0; settings.lacks_matrices && list && i < *count; i++)
    if (strcmp(list[i].extensionName, "VK_KHR_cooperative_matrix") == 0) list[i].extensionName[0] = '-';
  return result;
}

static PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR real_matrices;

static VkResult matrices(VkPhysicalDevice device, uint32_t *count, VkCooperativeMatrixPropertiesKHR *list) {
  VkResult result = real_matrices(device, count, list);
  for (uint32_t i = 0; settings.lacks_wide_sums && list && i < *count; i++)
    if (list[i].AType == VK_COMPONENT_TYPE_FLOAT16_KHR)
      list[i].CType = list[i].ResultType = VK_COMPONENT_TYPE_FLOAT16_KHR;
  return result;
}

static VkResult enumerate(VkInstance instance, uint32_t *count, VkPhysicalDevice *devices) {
  if (!settings.lacks_devices) return real.vkEnumeratePhysicalDevices(instance, count, devices);
  *count = 0;
  return VK_SUCCESS;
}

static VkResult allocate(VkDevice device, const VkMemoryAllocateInfo *info, const void *allocator,
                         VkDeviceMemory *memory) {
  uint64_t sum = info->allocationSize;
  size_t place = 0;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    sum += taken[i].bytes;
    if (taken[i].bytes == 0) place = i;
  }
  if (settings.memory && sum > settings.memory) return VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkResult result = real.vkAllocateMemory(device, info, allocator, memory);
  if (result == VK_SUCCESS && settings.memory) {
    taken[place].memory = *memory;
    taken[place].bytes = info->allocationSize;
  }
  return result;
}

static void release(VkDevice device, VkDeviceMemory memory, const void *allocator) {
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (taken[i].bytes && taken[i].memory == memory) taken[i].bytes = 0;
  real.vkFreeMemory(device, memory, allocator);
}

/// Adds what happens to the file that counts it, where there is one: a submit is a point, a batch a b.
static void tally(char what) {
  const char *path = getenv("FAULTY_COUNT");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  fputc(what, file);
  fclose(file);
}

/// Which begins a batch.
static VkResult reset_commands(VkDevice device, VkCommandPool pool, VkFlags flags) {
  tally('b');
  batches++;
  return real.vkResetCommandPool(device, pool, flags);
}

static VkResult submit(VkQueue queue, uint32_t count, const VkSubmitInfo *infos, VkFence fence) {
  tally('.');
  if (settings.lost_at && ++submits >= settings.lost_at) return VK_ERROR_DEVICE_LOST;
  if (settings.lost_batch && batches >= settings.lost_batch) return VK_ERROR_DEVICE_LOST;
  return real.vkQueueSubmit(queue, count, infos, fence);
}

static VkResult wait_for(VkDevice device, uint32_t count, const VkFence *fences, VkBool32 all,
                         uint64_t nanoseconds) {
  VkResult result = real.vkWaitForFences(device, count, fences, all, nanoseconds);
  return settings.late_at && ++waits >= settings.late_at ? VK_TIMEOUT : result;
}

static void dispatch(VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z) {
  if (!settings.drops_dispatches) real.vkCmdDispatch(commands, x, y, z);
}

static PFN_vkVoidFunction device_function(VkDevice device, const char *name);

static function changed(const char *name) {
  static const struct {
    const char *name;
    function function;
  } all[] = {{"vkGetPhysicalDeviceProperties", (function)properties},
             {"vkGetPhysicalDeviceProperties2", (function)properties2},
             {"vkGetPhysicalDeviceFeatures2", (function)features},
             {"vkEnumeratePhysicalDevices", (function)enumerate},
             {"vkEnumerateDeviceExtensionProperties", (function)extensions},
             {"vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR", (function)matrices},
             {"vkGetDeviceProcAddr", (function)device_function},
             {"vkAllocateMemory", (function)allocate},
             {"vkFreeMemory", (function)release},
             {"vkResetCommandPool", (function)reset_commands},
             {"vkQueueSubmit", (function)submit},
             {"vkWaitForFences", (function)wait_for},
             {"vkCmdDispatch", (function)dispatch}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i].name, name) == 0) return all[i].function;
  return NULL;
}

/// Notes the real function, and gives the one that stands before it, if there is one.
static function note(const char *name, function found) {
#define NOTE(member, result, arguments) \
  if (strcmp(name, #member) == 0) real.member = (result(*) arguments)found;
  FUNCTIONS(NOTE)
  if (strcmp(name, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR") == 0)
    real_matrices = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)found;
  function mine = found ? changed(name) : NULL;
  return mine ? mine : found;
}

static PFN_vkVoidFunction device_function(VkDevice device, const char *name) {
  return note(name, real.vkGetDeviceProcAddr(device, name));
}

void (*faulty_get_function(void *instance, const char *name))(void) {
  if (!get) {
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library) get = (PFN_vkGetInstanceProcAddr)dlsym(library, "vkGetInstanceProcAddr");
  }
  return get ? note(name, get(instance, name)) : NULL;
}

#ifdef FAULTY_LIBRARY
// As a library of its own, which R2P1D_VULKAN can name; told by the environment what to change.
void (*vkGetInstanceProcAddr(void *instance, const char *name))(void) {
  static int is_set;
  if (!is_set++) {
    faulty_settings wanted = {0};
    const char *value;
    if ((value = getenv("FAULTY_LOST_AT"))) wanted.lost_at = (uint32_t)atol(value);
    if ((value = getenv("FAULTY_LOST_BATCH"))) wanted.lost_batch = (uint32_t)atol(value);
    if ((value = getenv("FAULTY_TYPE"))) wanted.type = (uint32_t)atol(value);
    if ((value = getenv("FAULTY_MEMORY"))) wanted.memory = (uint64_t)atoll(value);
    if ((value = getenv("FAULTY_DROPS"))) wanted.drops_dispatches = 1;
    if ((value = getenv("FAULTY_LANES"))) wanted.lanes = (uint32_t)atol(value);
    faulty_set(wanted);
  }
  return faulty_get_function(instance, name);
}
#endif
