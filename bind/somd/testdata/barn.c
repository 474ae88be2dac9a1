/* The class Barn::Hay, whose objects own what IDL says they do: what is theirs is ended here, once, and nobody else's is. */
#include "barn.ih.h"

#include <malloc.h>
#include <stdio.h>
#include <time.h>

static int32_t living;

static void Barn_Hay_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Barn_Hay_instance *d = Barn_Hay_data(self);
	__atomic_add_fetch(&living, 1, __ATOMIC_RELAXED);
	d->names[0] = som_string_copy("the first name, which is long enough");
	d->names[1] = som_string_copy("the second name, of another length");
	d->names[2] = som_string_copy("the third");
	Barn_Texts_resize(&d->all, 2);
	d->all._buffer[0] = som_string_copy("a text of the hay's");
	d->all._buffer[1] = som_string_copy("another text");
	d->own.id = 7;
	d->own.text = som_string_copy("the hay's own tag");
	d->best.id = 9;
	d->best.text = som_string_copy("the best");
	d->kept = som_string_copy("nothing yet");
}

static void Barn_Hay_do_somDestruct(som_ref self) {
	Barn_Hay_instance *d = Barn_Hay_data(self);
	for (int i = 0; i < 3; i++) som_deallocate(d->names[i]);
	Barn_Texts_clear(&d->all);
	Barn_Tag_clear(&d->own);
	Barn_Tag_clear(&d->shown);
	som_deallocate(d->kept);
	if (d->last) som_release(d->last);
	__atomic_sub_fetch(&living, 1, __ATOMIC_RELAXED);
}

static const char *Barn_Hay_do_name(som_ref self, som_env *ev, int32_t n) {
	(void)ev;
	return Barn_Hay_data(self)->names[n % 3];
}

static void Barn_Hay_do_texts(som_ref self, som_env *ev, Barn_Texts *result) {
	(void)ev;
	*result = Barn_Hay_data(self)->all;
}

static void Barn_Hay_do_tag(som_ref self, som_env *ev, Barn_Tag *result) {
	(void)ev;
	*result = Barn_Hay_data(self)->own;
}

static void Barn_Hay_do_eat(som_ref self, som_env *ev, const char *s, const Barn_Tag *t, const Barn_Texts *all) {
	(void)ev;
	Barn_Hay_instance *d = Barn_Hay_data(self);
	som_deallocate(d->names[0]);
	d->names[0] = (char *)s;
	Barn_Tag_clear(&d->own);
	d->own = *t;
	Barn_Texts_clear(&d->all);
	d->all = *all;
}

/* What comes in is the object's, and so is what goes out. */
static void Barn_Hay_do_both(som_ref self, som_env *ev, char **s, Barn_Tag *t) {
	(void)ev;
	Barn_Hay_instance *d = Barn_Hay_data(self);
	som_deallocate(d->kept);
	d->kept = *s;
	*s = d->names[1];
	Barn_Tag_clear(&d->shown);
	d->shown.id = 11;
	d->shown.text = som_string_copy(d->kept);
	*t = d->shown;
}

static void Barn_Hay_do_taken(som_ref self, som_env *ev, som_ref h) {
	(void)ev;
	Barn_Hay_instance *d = Barn_Hay_data(self);
	if (d->last) som_release(d->last);
	d->last = h;
}

static int32_t Barn_Hay_do_held(som_ref self, som_env *ev) {
	som_ref last = Barn_Hay_data(self)->last;
	return last ? Barn_Hay_rested(last, ev) : -1;
}

static void Barn_Hay_do_find(som_ref self, som_env *ev, const Barn_Address *like, Barn_Tag *t, Barn_Address *result) {
	(void)self;
	if (like->age < 0) {
		Barn_Unknown x = {*like, (char *)"nobody is that young"};
		Barn_Unknown_raise(ev, &x.where, x.why);
		return;
	}
	Barn_Address_copy(result, like);
	result->age++;
	result->salary *= 2;
	result->kids = -result->kids;
	result->id <<= 32;
	result->tag.id = t->id;
	Barn_Tag_clear(t);
	Barn_Tag_copy(t, &like->tag);
}

static void Barn_Hay_do_tree(som_ref self, som_env *ev, const Barn_Tree *t, Barn_Tree *result) {
	(void)self, (void)ev;
	Barn_Tree_copy(result, t);
}

static void Barn_Hay_do_rest(som_ref self, som_env *ev, int32_t milliseconds) {
	(void)ev;
	static int32_t woken; /* by one who rests not at all; who rests for less waits for that */
	const struct timespec moment = {0, 1000000};
	if (!milliseconds) __atomic_store_n(&woken, 1, __ATOMIC_RELEASE);
	for (int i = 0; milliseconds < 0 && i < 30000 && !__atomic_load_n(&woken, __ATOMIC_ACQUIRE); i++) nanosleep(&moment, NULL);
	__atomic_add_fetch(&Barn_Hay_data(self)->ms, milliseconds, __ATOMIC_RELEASE);
}

static int32_t Barn_Hay_do_rested(som_ref self, som_env *ev) {
	(void)ev;
	return __atomic_load_n(&Barn_Hay_data(self)->ms, __ATOMIC_ACQUIRE);
}

static int32_t Barn_Hay_do_living(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return __atomic_load_n(&living, __ATOMIC_RELAXED);
}

static int64_t Barn_Hay_do_used(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return (int64_t)mallinfo2().uordblks;
}

/* What comes in is the caller's to end, and what goes out the object's. */
static char *Barn_Hay_do_dual(som_ref self, som_env *ev, Barn_Tag *t, const char *s) {
	(void)ev;
	Barn_Hay_instance *d = Barn_Hay_data(self);
	som_deallocate(d->kept);
	d->kept = som_string_copy(s);
	Barn_Tag_clear(&d->shown);
	d->shown.id = t->id + 1;
	d->shown.text = som_string_copy(t->text);
	*t = d->shown;
	return d->kept;
}
