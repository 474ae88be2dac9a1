/* root.c: how the first classes come to be. SOMObject is made before there is a class for it to be an instance of. */
#include "kernel.h"

som_tok tok_new, tok_raw, tok_ready, tok_dispatch, tok_life[LIFE_METHODS];
static const char *const life_names[] = {"somDefaultInit", "somDestruct", "somDefaultConstCopyInit", "somDefaultConstAssign", "somInit", "somUninit"};
som_proc *plain_new;
static som_ref manager;

bool is_plain(const klass *k) {
	for (int i = 0; object_class && i < LIFE_OLD_INIT; i++) /* the rest are shares */
		if (*word_at(k->front, tok_life[i]) != *word_at(object_class->row, tok_life[i])) return false;
	return true;
}

static klass *make(const som_class_desc *d, klass *parent, som_env *ev) {
	klass *k = define_root(d, parent, ev);
	if (k) return k;
	fail(&aloud, SOM_E_MEMORY, "the root class %s cannot be made: %s", d->name, ev->text ? ev->text : "no memory");
	abort();
}

void make_roots(void) {
	som_env ev = {0};
	klass *root = make(&object_desc, NULL, &ev), *meta = make(&class_desc, root, &ev);
	manager_class = make(&manager_desc, root, &ev);
	become_instance(root, meta);
	become_instance(meta, meta);
	become_instance(manager_class, meta);
	meta->barren = true;
	object_class = root, class_class = meta;
	tok_new = own_method(meta, "somNew")->token;
	plain_new = *word_at(meta->row, tok_new);
	tok_raw = own_method(meta, "somNewNoInit")->token;
	tok_ready = own_method(meta, "somClassReady")->token;
	tok_dispatch = own_method(root, "somDispatch")->token;
	for (int i = 0; i < LIFE_METHODS; i++)
		tok_life[i] = own_method(root, life_names[i])->token;
	manager = som_create(C(manager_class), &ev);
	const char *check = getenv("SOM_CHECK");
	if (check && !strcmp(check, "1")) som_set_checking(1);
}

som_class *som_object_class(void) { return boot(), C(object_class); }
som_class *som_class_class(void) { return boot(), C(class_class); }
som_class *som_class_manager_class(void) { return boot(), C(manager_class); }
som_ref som_class_manager(void) { return boot(), manager; }

/* ---- What others provide ---- */

static const void *providers[SOM_PROVIDERS];

int som_set_provider(uint32_t kind, const void *table) {
	if (kind < SOM_PROVIDERS) __atomic_store_n(&providers[kind], table, __ATOMIC_RELEASE);
	return kind < SOM_PROVIDERS ? SOM_OK : SOM_E_UNKNOWN;
}

const void *som_provider(uint32_t kind) { return kind < SOM_PROVIDERS ? __atomic_load_n(&providers[kind], __ATOMIC_ACQUIRE) : NULL; }
