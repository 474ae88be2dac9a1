/* names.c: this file is yours: dsom idl build adds functions that are new and keeps heads up to date; bodies it never touches. */
#include "names.ih.h"

/* namespace::new: void new(in long self, in long ev, in long token, in long proc) */
static void namespace__do_new(som_ref self, som_env *ev, int32_t self_, int32_t ev_, int32_t token_, int32_t proc_)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::new is not written yet");
	(void)data, (void)self, (void)ev, (void)self_, (void)ev_, (void)token_, (void)proc_;
}

/* namespace::class: void class(inout string own, out class_::template::typename env) */
static void namespace__do_class(som_ref self, som_env *ev, char **own_, class__template_typename *env_)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::class is not written yet");
	(void)data, (void)self, (void)ev, (void)own_, (void)env_;
}

/* namespace::is: boolean is(in boolean c, in SOMObject e) */
static uint8_t namespace__do_is(som_ref self, som_env *ev, uint8_t c, som_ref e)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::is is not written yet");
	(void)data, (void)self, (void)ev, (void)c, (void)e;
	return 0;
}

/* namespace::get_x: long get_x() */
static int32_t namespace__do_get_x(som_ref self, som_env *ev)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::get_x is not written yet");
	(void)data, (void)self, (void)ev;
	return 0;
}

/* namespace::_set_old: attribute class_::template::lines old */
static void namespace__do_set_old(som_ref self, som_env *ev, const class__template_lines old_)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::_set_old is not written yet");
	(void)data, (void)self, (void)ev, (void)old_;
}

/* namespace::_get_w: readonly attribute wstring w */
static uint16_t *namespace__do_get_w(som_ref self, som_env *ev)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::_get_w is not written yet");
	(void)data, (void)self, (void)ev;
	return NULL;
}

/* namespace::pointers: void pointers(in long* a, out somToken b, in somId c, in void* d, inout SOMObject e) */
static void namespace__do_pointers(som_ref self, som_env *ev, int32_t *a, void **b, const char *c, void *d, som_ref *e)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::pointers is not written yet");
	(void)data, (void)self, (void)ev, (void)a, (void)b, (void)c, (void)d, (void)e;
}

/* namespace::twice: class_::template::lines twice(in class_::template::friend f) raises (private) */
static void namespace__do_twice(som_ref self, som_env *ev, const class__template_friend *f, class__template_lines result)
{
	namespace__instance *data = namespace__data(self);
	som_not_written(ev, "namespace::twice is not written yet");
	(void)data, (void)self, (void)ev, (void)f, (void)result;
}

/* namespace::made: void made(inout somInitCtrl ctrl, in long cls, in string own) */
static void namespace__do_made(som_ref self, som_env *ev, som_making *making, int32_t cls_, const char *own_)
{
	namespace__instance *data = namespace__data(self);
	namespace__enter_parents(making, ev); /* or initializers of theirs */
	(void)data, (void)self, (void)ev, (void)making, (void)cls_, (void)own_;
}

/* namespace::somDispatch: overrides SOMObject::somDispatch, boolean somDispatch(out somToken retValue, in somId methodId, in va_list ap) */
static int32_t namespace__do_somDispatch(som_ref self, som_env *ev, const char *a, void *b, uint32_t c, void *d)
{
	namespace__instance *data = namespace__data(self);
	(void)data;
	return namespace__parent_SOMObject_somDispatch(self, ev, a, b, c, d);
}

/* namespace::somDefaultInit: begins an object, when its ancestors have. */
static void namespace__do_somDefaultInit(som_ref self, som_env *ev)
{
	namespace__instance *data = namespace__data(self);
	(void)data, (void)self, (void)ev;
}

/* namespace::somDestruct: ends an object, before its ancestors do. */
static void namespace__do_somDestruct(som_ref self)
{
	namespace__instance *data = namespace__data(self);
	(void)data, (void)self;
}

/* namespace::somDefaultConstCopyInit: makes the class's part a copy of another's. */
static void namespace__do_somDefaultConstCopyInit(som_ref self, som_ref from, som_env *ev)
{
	namespace__instance *data = namespace__data(self);
	(void)data, (void)self, (void)from, (void)ev;
}

/* namespace::somDefaultConstAssign: gives the class's part the state of another's. */
static void namespace__do_somDefaultConstAssign(som_ref self, som_ref from, som_env *ev)
{
	namespace__instance *data = namespace__data(self);
	(void)data, (void)self, (void)from, (void)ev;
}

/* Up::moved: void moved() */
static void Up_do_moved(som_ref self, som_env *ev)
{
	som_not_written(ev, "Up::moved is not written yet");
	(void)self, (void)ev;
}

/* Down::moved2: void moved2() */
static void Down_do_moved2(som_ref self, som_env *ev)
{
	som_not_written(ev, "Down::moved2 is not written yet");
	(void)self, (void)ev;
}
