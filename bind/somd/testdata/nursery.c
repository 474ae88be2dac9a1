/* The classes Nursery and Registry. */
#include "nursery.ih.h"

#include <somd.h>

static ReferenceData data_of(const char *name) {
	ReferenceData data = {0};
	data._buffer = (uint8_t *)name;
	data._length = data._maximum = (uint32_t)strlen(name);
	return data;
}

static som_ref Nursery_do_somNew(som_ref self, som_env *ev) { return Nursery_named(self, ev, "nobody"); }

static som_ref Nursery_do_named(som_ref self, som_env *ev, const char *name) {
	som_ref pet = Pet_new(ev);
	(void)self;
	if (pet) Pet_set_name(pet, ev, name);
	return pet;
}

static char *Registry_do_reference(som_ref self, som_env *ev, const char *name) {
	ReferenceData data = data_of(name);
	char *text = NULL;
	som_ref ref;
	(void)self;
	SOMD_Init(ev); /* each library has the ORB's objects for itself */
	if (ev->major) return NULL;
	ref = SOMOA_create(SOMD_SOMOAObject, ev, &data, NULL, NULL);
	if (ref) text = ORB_object_to_string(SOMD_ORBObject, ev, ref);
	som_release(ref);
	SOMD_Uninit(NULL);
	return text;
}

static void Registry_do_rename(som_ref self, som_env *ev, const char *text, const char *name) {
	ReferenceData data = data_of(name);
	som_ref ref;
	(void)self;
	SOMD_Init(ev);
	if (ev->major) return;
	ref = ORB_string_to_object(SOMD_ORBObject, ev, (char *)text);
	if (ref) SOMOA_change_id(SOMD_SOMOAObject, ev, ref, &data);
	som_release(ref);
	SOMD_Uninit(NULL);
}

static som_ref Registry_do_somdSOMObjFromRef(som_ref self, som_env *ev, som_ref objref) {
	ReferenceData data = {0};
	char name[64] = "";
	som_ref pet = NULL;
	(void)self;
	SOMD_Init(ev);
	if (ev->major) return NULL;
	SOMOA_get_id(SOMD_SOMOAObject, ev, objref, &data);
	if (!ev->major && data._length < sizeof name) {
		memcpy(name, data._buffer, data._length);
		pet = Pet_new(ev);
		if (pet) Pet_set_name(pet, ev, name);
	}
	ReferenceData_clear(&data);
	SOMD_Uninit(NULL);
	return pet;
}

static som_ref Registry_do_somdCreateFactory(som_ref self, som_env *ev, const char *className, void *props) {
	if (!strcmp(className, "Pet")) return Nursery_new(ev);
	return Registry_parent_SOMDServer_somdCreateFactory(self, ev, className, props);
}
