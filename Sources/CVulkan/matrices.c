// Cooperative matrices: which ones a device offers, and what of it they have to be asked for.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// The extensions that the shader needs; what has become part of Vulkan since has kept its name as one.
static const char *const extensions[] = {"VK_KHR_cooperative_matrix", "VK_EXT_subgroup_size_control",
                                         "VK_KHR_vulkan_memory_model", "VK_KHR_shader_float16_int8"};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

// MARK: who is not believed

enum {
  INTEL = 0x8086,
  AMD = 0x1002,
  QUALCOMM = 0x5143,
  ARM = 0x13b5,
  AMD_PROPRIETARY = 1,
  AMD_OPEN_SOURCE = 2
};

/// Why a device's matrices are left alone although it lists some: where it has no unit for them, the driver
/// computes them in the others, more slowly than these compute without; or wrongly. NULL where they are not.
static const char *denial(const VkPhysicalDeviceProperties *properties, int32_t driver,
                          const VkPhysicalDeviceSubgroupSizeControlProperties *sizes) {
  switch (properties->vendorID) {
    case INTEL: return sizes->minSubgroupSize < 16 ? "slower than without them before Xe2" : NULL;
    case AMD:
      if (driver == AMD_PROPRIETARY || driver == AMD_OPEN_SOURCE)
        return "this driver lists them for all GPUs";
      return strstr(properties->deviceName, "NAVI2") ? "RDNA 2 has no unit for them" : NULL;
    case QUALCOMM:
    case ARM: return "not right on this vendor's GPUs";
    default: return NULL;
  }
}

// MARK: which there are

/// Whether the shader takes a row of the list: halves, summed in float32, each fragment a subgroup's.
static int suits(const VkCooperativeMatrixPropertiesKHR *row) {
  return row->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && row->BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
         row->CType == VK_COMPONENT_TYPE_FLOAT32_KHR && row->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
         row->scope == VK_SCOPE_SUBGROUP_KHR && !row->saturatingAccumulation && row->MSize > 0 &&
         row->MSize <= 32 && row->NSize >= 8 && row->NSize <= 32 && row->NSize % 8 == 0 && row->KSize >= 8 &&
         row->KSize <= 32 && row->KSize % 8 == 0 && 32 % row->MSize == 0 && 32 % row->KSize == 0;
}

/// Cubes of 16 before all others, then the largest.
static uint32_t rank(const VkCooperativeMatrixPropertiesKHR *row) {
  if (row->MSize == 16 && row->NSize == 16 && row->KSize == 16) return UINT32_MAX;
  return row->MSize * row->NSize * row->KSize;
}

static void choose(const r2_gpu_library *library, r2_physical *device) {
  uint32_t count = 0;
  if (library->matrices(device->handle, &count, NULL) || count == 0 || count > 4096) return;
  VkCooperativeMatrixPropertiesKHR *rows = calloc(count, sizeof *rows);
  if (!rows) return;
  for (uint32_t i = 0; i < count; i++) rows[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  VkResult result = library->matrices(device->handle, &count, rows);
  const VkCooperativeMatrixPropertiesKHR *best = NULL;
  for (uint32_t i = 0; i < count && (result == VK_SUCCESS || result == VK_INCOMPLETE); i++)
    if (suits(&rows[i]) && (!best || rank(&rows[i]) > rank(best))) best = &rows[i];
  if (best) device->facts.matrix = (r2_gpu_matrix){best->MSize, best->NSize, best->KSize};
  free(rows);
}

/// The features that are asked for when a device is opened, each of which `chain` points on to the next.
static void link_features(r2_matrix_features *chain, const void *next) {
  *chain = (r2_matrix_features){
      .matrices = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
                   .pNext = &chain->sizes},
      .sizes = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES,
                .pNext = &chain->model},
      .model = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
                .pNext = &chain->halves},
      .halves = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
                 .pNext = (void *)next}};
}

void r2_gpu_find_matrices(const r2_gpu_library *library, r2_physical *device) {
  r2_gpu_facts *facts = &device->facts;
  if (!facts->has_f16 || !library->matrices || facts->vulkan_minor < 2) return;
  for (int i = 0; i < EXTENSIONS; i++)
    if (!r2_gpu_has_extension(library, device->handle, extensions[i])) return;
  r2_matrix_features found;
  link_features(&found, NULL);
  VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                        .pNext = &found};
  library->call.vkGetPhysicalDeviceFeatures2(device->handle, &features);
  if (!found.matrices.cooperativeMatrix || !found.sizes.subgroupSizeControl ||
      !found.sizes.computeFullSubgroups || !found.model.vulkanMemoryModel || !found.halves.shaderFloat16)
    return;

  VkPhysicalDeviceSubgroupProperties subgroup = {.sType =
                                                     VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
  VkPhysicalDeviceSubgroupSizeControlProperties sizes = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES, .pNext = &subgroup};
  VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES,
                                             .pNext = &sizes};
  VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                            .pNext = &driver};
  library->call.vkGetPhysicalDeviceProperties2(device->handle, &properties);
  uint32_t lanes = subgroup.subgroupSize;
  if (!(sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) || lanes < 4 || lanes > 128 ||
      lanes % 4 || lanes < sizes.minSubgroupSize || lanes > sizes.maxSubgroupSize)
    return;
  const char *why = denial(&properties.properties, driver.driverID, &sizes);
  if (why) {
    strncpy(facts->denied_matrices, why, sizeof facts->denied_matrices - 1);
    return;
  }
  facts->subgroup_lanes = lanes;
  facts->subgroups = sizes.maxComputeWorkgroupSubgroups;
  choose(library, device);
}

// MARK: what is asked for

void r2_gpu_ask_for_matrices(r2_matrix_features *chain, VkDeviceCreateInfo *info) {
  link_features(chain, info->pNext);
  chain->matrices.cooperativeMatrix = VK_TRUE;
  chain->sizes.subgroupSizeControl = chain->sizes.computeFullSubgroups = VK_TRUE;
  chain->model.vulkanMemoryModel = VK_TRUE;
  chain->halves.shaderFloat16 = VK_TRUE;
  info->pNext = chain;
  info->enabledExtensionCount = EXTENSIONS;
  info->ppEnabledExtensionNames = extensions;
}
