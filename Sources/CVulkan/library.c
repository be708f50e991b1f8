// Finds Vulkan on this machine, and says which devices it has.
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

r2_gpu_status r2_gpu_fail(r2_gpu_error *error, r2_gpu_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  error->status = status;
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  return status;
}

// MARK: loading

/// Where drivers lie that can be used without the loader, as in containers that lack it.
static const char *const drivers[] = {"libEGL_nvidia.so.0", "libGLX_nvidia.so.0"};

static r2_gpu_get_function get_function(void *handle) {
  union {
    void *symbol;
    r2_gpu_get_function function;
    VkResult (*negotiate)(uint32_t *);
  } found = {dlsym(handle, "vkGetInstanceProcAddr")};
  if (found.symbol) return found.function;
  // A driver: it is told which version of its interface is spoken, 5 being the last without new duties.
  found.symbol = dlsym(handle, "vk_icdNegotiateLoaderICDInterfaceVersion");
  uint32_t version = 5;
  if (found.symbol && found.negotiate(&version) != VK_SUCCESS) return NULL;
  found.symbol = dlsym(handle, "vk_icdGetInstanceProcAddr");
  return found.function;
}

static r2_gpu_library *load(const char *path, r2_gpu_error *error) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *why = dlerror();
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "%s", why ? why : path);
    return NULL;
  }
  r2_gpu_get_function get = get_function(handle);
  r2_gpu_library *library = NULL;
  if (get)
    library = r2_gpu_library_of(get, error);
  else
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "%s: no library or driver of Vulkan", path);
  return library;  // what was loaded stays, even where it is of no use
}

r2_gpu_library *r2_gpu_library_load(const char *path, r2_gpu_error *error) {
  if (path) return load(path, error);
  r2_gpu_library *library = load("libvulkan.so.1", error);
  r2_gpu_error ignored;
  for (size_t i = 0; !library && i < sizeof drivers / sizeof *drivers; i++)
    library = load(drivers[i], &ignored);
  return library;
}

// MARK: devices

/// The first thing of a device that keeps the shaders from running; empty where nothing does.
static const char *problem(const VkPhysicalDeviceProperties *properties, int has_queue) {
  const VkPhysicalDeviceLimits *limits = &properties->limits;
  if (properties->apiVersion < VK_API_VERSION_1_1) return "its driver knows Vulkan 1.0 alone, 1.1 is needed";
  if (!has_queue) return "it has no queue that computes";
  if (limits->maxPushConstantsSize < 4 * R2_GPU_PUSH_WORDS) return "it takes too few push constants";
  if (limits->maxPerStageDescriptorStorageBuffers < R2_GPU_BINDINGS ||
      limits->maxDescriptorSetStorageBuffers < R2_GPU_BINDINGS)
    return "it binds too few storage buffers";
  // The smaller of the tiles, 32 pixels by 64 channels in steps of 16.
  if (limits->maxComputeSharedMemorySize < 16 * (36 + 64) * 4) return "its shared memory is too small";
  if (limits->maxComputeWorkGroupInvocations < 128 || limits->maxComputeWorkGroupSize[0] < 128)
    return "its workgroups are too small";
  if (limits->minStorageBufferOffsetAlignment > 256) return "it aligns storage buffers too coarsely";
  return "";
}

int r2_gpu_has_extension(const r2_gpu_library *library, VkPhysicalDevice device, const char *name) {
  uint32_t count = 0;
  if (library->call.vkEnumerateDeviceExtensionProperties(device, NULL, &count, NULL) || count == 0) return 0;
  VkExtensionProperties *extensions = calloc(count, sizeof *extensions);
  int found = 0;
  if (extensions) {
    VkResult result = library->call.vkEnumerateDeviceExtensionProperties(device, NULL, &count, extensions);
    if (result == VK_SUCCESS || result == VK_INCOMPLETE)
      for (uint32_t i = 0; i < count; i++) found |= strcmp(extensions[i].extensionName, name) == 0;
  }
  free(extensions);
  return found;
}

/// Notes a queue family that computes; one that does nothing else but copy is as good as any.
static int find_queue(const r2_gpu_library *library, r2_physical *device) {
  uint32_t count = 0;
  library->call.vkGetPhysicalDeviceQueueFamilyProperties(device->handle, &count, NULL);
  VkQueueFamilyProperties *families = calloc(count ? count : 1, sizeof *families);
  int found = 0;
  if (families) {
    library->call.vkGetPhysicalDeviceQueueFamilyProperties(device->handle, &count, families);
    for (uint32_t i = 0; i < count && !found; i++)
      if (families[i].queueCount > 0 && families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) {
        device->family = i;
        found = 1;
      }
  }
  free(families);
  return found;
}

static void describe_memory(const r2_gpu_library *library, r2_physical *device) {
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
  int knows_budget = r2_gpu_has_extension(library, device->handle, "VK_EXT_memory_budget");
  VkPhysicalDeviceMemoryProperties2 memory = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                              .pNext = knows_budget ? &budget : NULL};
  library->call.vkGetPhysicalDeviceMemoryProperties2(device->handle, &memory);
  device->memory = memory.memoryProperties;
  if (device->memory.memoryTypeCount > VK_MAX_MEMORY_TYPES)
    device->memory.memoryTypeCount = VK_MAX_MEMORY_TYPES;
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount && i < VK_MAX_MEMORY_HEAPS; i++) {
    VkMemoryHeap heap = memory.memoryProperties.memoryHeaps[i];
    if (!(heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) || heap.size <= device->facts.memory) continue;
    device->facts.memory = heap.size;
    device->facts.free_memory = budget.heapBudget[i] > budget.heapUsage[i] && knows_budget
                                    ? budget.heapBudget[i] - budget.heapUsage[i]
                                    : 0;
  }
}

static r2_gpu_type type_of(int32_t type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: return R2_GPU_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: return R2_GPU_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: return R2_GPU_VIRTUAL;
    case VK_PHYSICAL_DEVICE_TYPE_CPU: return R2_GPU_CPU;
    default: return R2_GPU_OTHER;
  }
}

/// Copies a text of at most 255 bytes that may lack its end.
static void copy_text(char to[256], const char *from) {
  size_t length = strnlen(from, 255);
  memcpy(to, from, length);
  to[length] = 0;
}

static void describe(const r2_gpu_library *library, r2_physical *device) {
  r2_gpu_facts *facts = &device->facts;
  VkPhysicalDeviceProperties plain;
  library->call.vkGetPhysicalDeviceProperties(device->handle, &plain);
  copy_text(facts->name, plain.deviceName);
  facts->type = type_of(plain.deviceType);
  facts->vulkan_major = plain.apiVersion >> 22 & 0x7f;
  facts->vulkan_minor = plain.apiVersion >> 12 & 0x3ff;
  snprintf(facts->driver_version, sizeof facts->driver_version, "%u", plain.driverVersion);
  snprintf(facts->problem, sizeof facts->problem, "%s", problem(&plain, find_queue(library, device)));
  if (plain.apiVersion < VK_API_VERSION_1_1) return;

  VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
  VkPhysicalDeviceMaintenance3Properties sizes = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
      .pNext = plain.apiVersion >= VK_API_VERSION_1_2 ? &driver : NULL};
  VkPhysicalDeviceIDProperties identity = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES,
                                           .pNext = &sizes};
  VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                            .pNext = &identity};
  library->call.vkGetPhysicalDeviceProperties2(device->handle, &properties);
  memcpy(facts->uuid, identity.deviceUUID, sizeof facts->uuid);
  copy_text(facts->driver, driver.driverName);
  if (driver.driverInfo[0]) copy_text(facts->driver_version, driver.driverInfo);
  const VkPhysicalDeviceLimits *limits = &properties.properties.limits;
  facts->binding_bytes = limits->maxStorageBufferRange;
  facts->allocation_bytes = sizes.maxMemoryAllocationSize;
  facts->groups = limits->maxComputeWorkGroupCount[0] < limits->maxComputeWorkGroupCount[1]
                      ? limits->maxComputeWorkGroupCount[0]
                      : limits->maxComputeWorkGroupCount[1];
  facts->lanes = limits->maxComputeWorkGroupInvocations < limits->maxComputeWorkGroupSize[0]
                     ? limits->maxComputeWorkGroupInvocations
                     : limits->maxComputeWorkGroupSize[0];

  VkPhysicalDevice16BitStorageFeatures halves = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES};
  VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                        .pNext = &halves};
  library->call.vkGetPhysicalDeviceFeatures2(device->handle, &features);
  facts->has_f16 = halves.storageBuffer16BitAccess != 0;
  facts->shared_bytes = limits->maxComputeSharedMemorySize;
  r2_gpu_find_matrices(library, device);
  describe_memory(library, device);
}

/// Fills the library's list of devices; 0 where there is none.
static int find_devices(r2_gpu_library *library, r2_gpu_error *error) {
  uint32_t count = 0;
  VkResult result = library->call.vkEnumeratePhysicalDevices(library->instance, &count, NULL);
  if (result == VK_SUCCESS && count == 0) {
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "Vulkan knows no device");
    return 0;
  }
  VkPhysicalDevice *handles = calloc(count ? count : 1, sizeof *handles);
  if (result == VK_SUCCESS && handles)
    result = library->call.vkEnumeratePhysicalDevices(library->instance, &count, handles);
  library->devices = calloc(count ? count : 1, sizeof *library->devices);
  int found = (result == VK_SUCCESS || result == VK_INCOMPLETE) && handles && library->devices;
  if (found) {
    library->count = (int)count;
    for (uint32_t i = 0; i < count; i++) {
      library->devices[i].handle = handles[i];
      describe(library, &library->devices[i]);
    }
  } else {
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "Vulkan lists no devices (VkResult %d)", result);
  }
  free(handles);
  return found;
}

// MARK: an instance

static int load_functions(r2_gpu_library *library, r2_gpu_get_function get, r2_gpu_error *error) {
#define R2_LOAD(name, result, arguments)                                                                   \
  if (!(library->call.name = (result(*) arguments)get(library->instance, #name))) {                        \
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "the library of Vulkan lacks " #name ": 1.1 or later is needed"); \
    return 0;                                                                                              \
  }
  R2_INSTANCE_FUNCTIONS(R2_LOAD)
#undef R2_LOAD
  library->matrices = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)get(
      library->instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  return 1;
}

static VkResult create_instance(r2_gpu_library *library, r2_gpu_get_function get) {
  VkResult (*create)(const VkInstanceCreateInfo *, const void *, VkInstance *) =
      (VkResult (*)(const VkInstanceCreateInfo *, const void *, VkInstance *))get(NULL, "vkCreateInstance");
  if (!create) return VK_ERROR_INITIALIZATION_FAILED;
  VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                   .pApplicationName = "r2p1d-video",
                                   .apiVersion = VK_API_VERSION_1_2};
  VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                               .pApplicationInfo = &application};
  // Version 1.0 knows no function that says which version it is, and refuses to be asked for another.
  VkResult (*version)(uint32_t *) = (VkResult (*)(uint32_t *))get(NULL, "vkEnumerateInstanceVersion");
  uint32_t found = 0;
  if (!version || version(&found) != VK_SUCCESS || found < VK_API_VERSION_1_1)
    return VK_ERROR_INCOMPATIBLE_DRIVER;
  return create(&info, NULL, &library->instance);
}

r2_gpu_library *r2_gpu_library_of(r2_gpu_get_function get, r2_gpu_error *error) {
  r2_gpu_library *library = calloc(1, sizeof *library);
  if (!library) {
    r2_gpu_fail(error, R2_GPU_OUT_OF_MEMORY, "not enough memory");
    return NULL;
  }
  VkResult result = create_instance(library, get);
  if (result == VK_SUCCESS) {
    if (load_functions(library, get, error) && find_devices(library, error)) return library;
  } else {
    const char *what =
        result == VK_ERROR_INCOMPATIBLE_DRIVER ? "no driver of Vulkan" : "Vulkan does not start";
    r2_gpu_fail(error, R2_GPU_NO_DRIVER, "%s (VkResult %d)", what, result);
  }
  // An instance that there is stays: see r2_gpu_library_load.
  free(library->devices);
  free(library);
  return NULL;
}

int r2_gpu_library_count(const r2_gpu_library *library) { return library->count; }

const r2_gpu_facts *r2_gpu_library_facts(const r2_gpu_library *library, int number) {
  return &library->devices[number].facts;
}
