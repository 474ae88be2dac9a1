/* The class Vault. */
#include "vault.ih.h"

#include <somd.h>

#include <stdio.h>

static char *Vault_do_reference(som_ref self, som_env *ev, const char *name) {
	ReferenceData data = {0};
	som_ref ref;
	char *text = NULL;
	SOMD_Init(ev);
	if (ev->major) return NULL;
	if (SOMD_ServerObject != self) som_raise_system(ev, "IDL:omg.org/CORBA/INTERNAL:1.0", 0, SOM_COMPLETED_NO, "the server object is another");
	data._buffer = (uint8_t *)name;
	data._length = data._maximum = (uint32_t)strlen(name);
	ref = ev->major ? NULL : SOMOA_create(SOMD_SOMOAObject, ev, &data, NULL, NULL);
	if (ref) text = ORB_object_to_string(SOMD_ORBObject, ev, ref);
	som_release(ref);
	SOMD_Uninit(NULL);
	return text;
}

static som_ref Vault_do_somdSOMObjFromRef(som_ref self, som_env *ev, som_ref objref) {
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
