/* A client in C that registers where a server keeps changes of reference data, has references changed, and makes objects by the server's own factory. */
#include <somd.h>

#include "nursery.h"
#include "pet.h"

#include <stdio.h>

static void print(char *text, som_env *ev) {
	if (ev->major == SOM_NO_EXCEPTION) puts(text);
	som_deallocate(text);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	const char *verb = argc > 1 ? argv[1] : "", *first = argc > 2 ? argv[2] : "", *second = argc > 3 ? argv[3] : "";
	som_ref o = NULL, pet = NULL;
	SOMD_Init(&ev);
	if (ev.major == SOM_NO_EXCEPTION && !strcmp(verb, "keep")) {
		o = ImplRepository_find_impldef_by_alias(SOMD_ImplRepObject, &ev, first);
		if (o) ImplementationDef_set_impl_refdata_file(o, &ev, second);
		if (ev.major == SOM_NO_EXCEPTION) ImplRepository_update_impldef(SOMD_ImplRepObject, &ev, o);
	} else if (ev.major == SOM_NO_EXCEPTION && !strcmp(verb, "made")) {
		o = somdFactory(&ev, "class=='Pet' and alias=='registry'");
		pet = o ? Nursery_named(o, &ev, first) : NULL;
		if (pet) print(Pet_speak(pet, &ev, "C"), &ev);
	} else if (ev.major == SOM_NO_EXCEPTION && !strcmp(verb, "call")) {
		pet = ORB_string_to_object(SOMD_ORBObject, &ev, (char *)first);
		if (pet) print(Pet_speak(pet, &ev, "C"), &ev);
	} else if (ev.major == SOM_NO_EXCEPTION) {
		o = SOMDObjectMgr_somdFindServerByName(SOMD_ObjectMgr, &ev, "registry");
		if (o && !strcmp(verb, "get")) print(Registry_reference(o, &ev, first), &ev);
		if (o && !strcmp(verb, "rename")) Registry_rename(o, &ev, first, second);
	}
	if (ev.major != SOM_NO_EXCEPTION) printf("raised %s %s\n", ev.id, ev.text ? ev.text : "");
	somdExceptionFree(&ev);
	som_release(pet);
	som_release(o);
	SOMD_Uninit(NULL);
	return 0;
}
