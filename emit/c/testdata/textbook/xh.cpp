/* A client in IBM's C++. */
#include "zoo.xh"

static void raised(Environment *ev)
{
	if (ev->_major == USER_EXCEPTION)
		somPrintf("%s: %ld hours\n", exception_id(ev), (long)((Creature_Asleep *)exception_value(ev))->hours);
	exception_free(ev);
}

int main()
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	DuckNewClass(Duck_MajorVersion, Duck_MinorVersion);
	Creature *c = new Creature;
	c->_set_name(ev, (char *)"Ada");
	c->speak(ev);
	somPrintf("%ld\n", c->weigh(ev, 7));
	c->weigh(ev, -1);
	raised(ev);

	Duck *d = new Duck();
	string name = (string)"Donald";
	d->_set_name(ev, name);
	d->_set_age(ev, 1);
	Creature *as = d; /* where a parent is wanted */
	as->speak(ev);
	d->swim(ev, 5); /* of the second parent */
	Swimmer *s = (Swimmer *)d;
	s->swim(ev, 5);
	somPrintf("%d\n", d->self_of(ev, NULL) == s && s->self_of(ev, s) == s);
	Creature *child, *other = c->mate(ev, d, &child);
	somPrintf("%d %s %ld\n", other == d, child->_get_name(ev), child->_get_age(ev));
	Spot at = child->where(ev);
	somPrintf("%ld %ld\n", (long)at.x, (long)at.y);
	somPrintf("%s %s %d %d\n", d->somGetClassName(), d->somGetClass()->somGetName(), d->somIsA(_Swimmer), c->somIsA(_Swimmer));
	somId id = somIdFromString("Duck");
	SOMClass *cls = SOMClassMgrObject->somFindClass(id, 0, 0);
	SOMFree(id);
	Creature *made = (Creature *)cls->somNew();
	somPrintf("%d %s\n", cls == _Duck, made->somGetClassName());
	SOMObject *o = new SOMObject;
	somPrintf("%s\n", o->somGetClassName());
	delete o;
	delete made;
	delete (Creature *)NULL;
	child->somFree();
	delete as;
	delete c;
	return 0;
}
