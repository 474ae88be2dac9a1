/* A client that calls a naming service of another ORB, of which it has neither headers nor stubs: argv[1] is its URL. It prints what it gets. */
#include <somd.h>

#include <stdio.h>

typedef struct Component { char *id, *kind; } Component;
typedef struct Name { uint32_t maximum, length; Component *buffer; } Name;
typedef struct Binding { Name name; uint32_t type; } Binding;
typedef struct Bindings { uint32_t maximum, length; Binding *buffer; } Bindings;

static TypeCode name_type, bindings_type;

static void raised(const char *what, som_env *ev) {
	if (ev->major != SOM_NO_EXCEPTION) printf("%s: %s\n", what, ev->id);
	som_env_clear(ev);
}

/* Calls an operation with a name, and, if there is one, an object; the result is an object's place, or NULL. */
static void call(som_ref of, const char *operation, const char *id, som_ref *object, som_ref *got, som_env *ev) {
	Component one = {(char *)id, (char *)""};
	Name name = {1, 1, &one};
	NamedValue result = {NULL, {got ? TC_Object : NULL, got}, 0, 0};
	som_ref args = NULL, q = NULL;
	ORB_create_list(SOMD_ORBObject, ev, 0, &args);
	NVList_add_item(args, ev, "n", name_type, &name, sizeof name, ARG_IN);
	if (object) NVList_add_item(args, ev, "obj", TC_Object, object, sizeof *object, ARG_IN);
	SOMDObject_create_request(of, ev, NULL, operation, args, &result, &q, 0);
	if (q) Request_invoke(q, ev, 0), Request_destroy(q, ev);
	NVList_free(args, ev);
	printf("%s %s: %s\n", operation, id, ev->major == SOM_NO_EXCEPTION ? "done" : ev->id);
	som_env_clear(ev);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	som_ref below = NULL, again = NULL, none = NULL, iterator = NULL, args = NULL, q = NULL;
	if (argc < 2) return 2;
	SOMD_Init(&ev);
	name_type = somdTypeCode(&ev, "typedef sequence<struct CosNaming::NameComponent {string id; string kind;}> CosNaming::Name");
	bindings_type = somdTypeCode(&ev, "sequence<struct CosNaming::Binding {sequence<struct CosNaming::NameComponent {string id; string kind;}> binding_name; enum CosNaming::BindingType {nobject, ncontext} binding_type;}>");
	som_ref root = ORB_string_to_object(SOMD_ORBObject, &ev, argv[1]);
	if (!root) {
		printf("no root: %s\n", ev.text ? ev.text : ev.id);
		return 1;
	}
	som_class *toys = som_class_named("Toy", &ev);
	som_ref toy = som_new(toys, &ev);
	call(root, "bind_new_context", "zoo", NULL, &below, &ev);
	call(below, "bind", "toy", &toy, NULL, &ev);
	call(below, "bind", "again", &below, NULL, &ev);
	call(below, "resolve", "toy", NULL, &again, &ev);
	printf("the same: %d\n", again == toy);
	call(below, "resolve", "nobody", NULL, &none, &ev);

	uint32_t most = 10;
	Bindings all = {0, 0, NULL};
	ORB_create_list(SOMD_ORBObject, &ev, 0, &args);
	NVList_add_item(args, &ev, "how_many", TC_ulong, &most, sizeof most, ARG_IN);
	NVList_add_item(args, &ev, "bl", bindings_type, &all, sizeof all, ARG_OUT);
	NVList_add_item(args, &ev, "bi", TC_Object, &iterator, sizeof iterator, ARG_OUT);
	SOMDObject_create_request(below, &ev, NULL, "list", args, NULL, &q, 0);
	Request_send(q, &ev, 0);
	Request_get_response(q, &ev, 0);
	raised("list", &ev);
	for (uint32_t i = 0; i < all.length; i++)
		printf("%s, a %s\n", all.buffer[i].name.buffer[0].id, all.buffer[i].type ? "context" : "object");
	printf("iterator: %s\n", iterator ? "one" : "none");
	SOMD_FreeType(&ev, &all, bindings_type);
	Request_destroy(q, &ev);
	NVList_free(args, &ev);

	som_release(iterator), som_release(none), som_release(again), som_release(below), som_release(toy), som_release((som_ref)toys), som_release(root);
	TypeCode_free(name_type, &ev), TypeCode_free(bindings_type, &ev);
	SOMD_Uninit(&ev);
	raised("end", &ev);
	return 0;
}
