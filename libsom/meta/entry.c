/* entry.c: what makes libsom-meta a class library, which the kernel loads for a class whose name begins with SOMM. A library of others'
 * that has the metaclasses linked in has an entry of its own. */
#include "meta.h"

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev) { return define_metaclasses(abi, ev); }
