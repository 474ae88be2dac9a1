/* A client of DSOM as its books have it: what it calls stands in somd.h and in the headers of DSOM's classes. */
#include <somd.h>

#include "pet.h"
#include "purse.h"

#include <stdio.h>

static int wrong;

/* Says what came, or what was raised. */
static void said(const char *what, som_env *ev, const char *text) {
	if (ev->major == SOM_NO_EXCEPTION)
		printf("%s: %s\n", what, text ? text : "NULL");
	else if (TooFull_raised(ev))
		printf("%s: TooFull %d\n", what, (int)TooFull_value(ev)->times);
	else
		printf("%s: raised %s\n", what, ev->id);
	somdExceptionFree(ev);
}
static void owned(const char *what, som_env *ev, char *text) {
	said(what, ev, text);
	som_deallocate(text);
}
static void number(const char *what, som_env *ev, long n) {
	char text[32];
	snprintf(text, sizeof text, "%ld", n);
	said(what, ev, text);
}
static int failed(const char *what, som_env *ev) {
	if (ev->major == SOM_NO_EXCEPTION) return 0;
	printf("%s: raised %s %s\n", what, ev->id, ev->text ? ev->text : "");
	somdExceptionFree(ev);
	return wrong = 1;
}

static void repository(som_env *ev) {
	som_ref def = ImplRepository_find_impldef_by_alias(SOMD_ImplRepObject, ev, "pets");
	if (failed("find_impldef_by_alias", ev)) return;
	owned("alias", ev, som_string_copy(ImplementationDef_get_impl_alias(def, ev)));
	som_ref again = ImplRepository_find_impldef(SOMD_ImplRepObject, ev, ImplementationDef_get_impl_id(def, ev));
	if (!failed("find_impldef", ev)) said("the same by its id", ev, ImplementationDef_get_impl_alias(again, ev));
	som_release(again);
	som_release(def);
	som_ref manager = SOMDServerMgr_new(ev);
	number("somdListServer", ev, (long)SOMDServerMgr_somdListServer(manager, ev, "pets"));
	number("somdListServer of nobody", ev, SOMDServerMgr_somdListServer(manager, ev, "nobody") != 0);
	def = ImplementationDef_new(ev);
	ImplementationDef_set_impl_alias(def, ev, "registered");
	ImplementationDef_set_impl_program(def, ev, "/bin/true");
	number("add_impldef", ev, (long)ImplRepository_add_impldef(SOMD_ImplRepObject, ev, def));
	som_seq_string aliases = {0};
	number("find_all_aliases", ev, (long)ImplRepository_find_all_aliases(SOMD_ImplRepObject, ev, &aliases));
	for (uint32_t i = 0; i < aliases._length; i++)
		if (!strcmp(aliases._buffer[i], "registered")) printf("it is registered\n");
	som_seq_string_clear(&aliases);
	number("delete_impldef", ev, (long)ImplRepository_delete_impldef(SOMD_ImplRepObject, ev, ImplementationDef_get_impl_id(def, ev)));
	ImplRepository_find_impldef_by_alias(SOMD_ImplRepObject, ev, "registered");
	said("deleted", ev, "found");
	som_release(def);
	som_release(manager);
}

static void objects(som_env *ev) {
	som_ref pet = somdCreate(ev, "class=='Pet' and alias=='pets'", 1);
	if (failed("somdCreate", ev)) return;
	Pet_set_name(pet, ev, "Ada");
	owned("speak", ev, Pet_speak(pet, ev, "you"));
	owned("full", ev, Pet_speak(pet, ev, "full"));
	number("is a SOMDObject", ev, SOMDObject_is(pet));
	number("is_proxy", ev, SOMDObject_is_proxy(pet, ev));
	owned("its class", ev, SOMDClientProxy_somdTargetGetClassName(pet, ev));
	owned("its proxy's class", ev, SOMDClientProxy_somdProxyGetClassName(pet, ev));
	owned("type", ev, som_string_copy(SOMDObject_get_type_id(pet, ev)));
	char *id = ORB_object_to_string(SOMD_ORBObject, ev, pet);
	som_ref again = ORB_string_to_object(SOMD_ORBObject, ev, id);
	if (!failed("string_to_object", ev)) owned("by its reference", ev, Pet_speak(again, ev, "me"));
	som_deallocate(id);
	som_ref twin = SOMDObject_duplicate(again, ev);
	number("a duplicate is the same", ev, twin == again);
	SOMDObject_release(twin, ev);
	som_release(again);
	number("living", ev, Pet_living(pet, ev));

	som_ref old = SOMDObjectMgr_somdFindServerByName(SOMD_ObjectMgr, ev, "pets");
	failed("somdFindServerByName", ev);
	som_release(old);
	som_ref other = ObjectMgr_somdNewObject(SOMD_ObjectMgr, ev, "Pet", "pets");
	if (!failed("somdNewObject", ev)) {
		number("living", ev, Pet_living(pet, ev));
		ObjectMgr_somdDestroyObject(SOMD_ObjectMgr, ev, other);
		failed("somdDestroyObject", ev);
		number("living", ev, Pet_living(pet, ev));
	}
	som_release(pet);
	som_ref none = somdCreate(ev, "Nobody", 1);
	said("no such class", ev, none ? "an object" : "NULL");
	none = somdCreate(ev, "class=='Pet' and", 1);
	said("a bad constraint", ev, none ? "an object" : "NULL");
	none = ORB_resolve_initial_references(SOMD_ORBObject, ev, "Nobody");
	said("no such service", ev, none ? "an object" : "NULL");
}

static void copies(som_env *ev) {
	som_ref purse = somdCreate(ev, "Purse", 1);
	if (failed("a purse", ev)) return;
	owned("made by its factory for", ev, som_string_copy(Purse_get_owner(purse, ev)));
	som_ref mint = somdFactory(ev, "Purse");
	if (!failed("a factory", ev)) {
		som_ref mine = Mint_make_for(mint, ev, "me");
		if (!failed("make_for", ev)) owned("made by a factory for", ev, som_string_copy(Purse_get_owner(mine, ev)));
		som_release(mine);
	}
	som_release(mint);
	som_ref coin = Coin_new(ev);
	if (failed("a coin", ev)) return;
	Coin_set_worth(coin, ev, 5);
	Coin_set_says(coin, ev, "e pluribus");
	owned("a copy", ev, Purse_weigh(purse, ev, coin));
	owned("a copy, perhaps", ev, Purse_look(purse, ev, coin));
	owned("what cannot be copied", ev, Purse_look(purse, ev, purse));
	owned("a reference", ev, Purse_show(purse, ev, coin));
	owned("no copy", ev, Purse_weigh(purse, ev, NULL));
	som_ref taken = Purse_take(purse, ev, 7);
	if (!failed("take", ev)) {
		number("taken, elsewhere", ev, SOMDClientProxy_is(taken));
		number("taken", ev, Coin_get_worth(taken, ev));
	}
	som_release(taken);
	som_ref swapped = som_retain(coin);
	Purse_swap(purse, ev, &swapped);
	if (!failed("swap", ev)) number("swapped", ev, Coin_get_worth(swapped, ev));
	som_release(swapped);
	number("references to the coin", ev, coin->refs);
	som_release(coin);
	som_release(purse);
}

int main(void) {
	som_env ev = {0};
	som_ref early = somdCreate(&ev, "Pet", 1);
	said("before SOMD_Init", &ev, early ? "an object" : "NULL");
	SOMD_Init(&ev);
	if (failed("SOMD_Init", &ev)) return 1;
	SOMD_Init(&ev);
	number("somdDaemonReady", &ev, somdDaemonReady(&ev, 10));
	repository(&ev);
	objects(&ev);
	copies(&ev);
	SOMD_Uninit(&ev);
	number("an ORB after one SOMD_Uninit of two", &ev, SOMD_ORBObject != NULL);
	SOMD_Uninit(&ev);
	number("an ORB after both", &ev, SOMD_ORBObject != NULL);
	SOMD_Uninit(&ev);
	said("a third", &ev, "done");
	return wrong;
}
