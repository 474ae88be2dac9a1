/* The classes of zoo.idl, implemented in C++ as books have it. */
#define Zoo_Class_Source
#include "zoo.xih"

SOM_Scope void SOMLINK speak(Creature *somSelf, Environment *ev)
{
	CreatureData *somThis = CreatureGetData(somSelf);
	CreatureMethodDebug("Creature", "speak");
	somPrintf("%s, aged %ld, says nothing\n", somSelf->_get_name(ev), (long)_age);
}

SOM_Scope long SOMLINK weigh(Creature *somSelf, Environment *ev, long portions)
{
	CreatureData *somThis = CreatureGetData(somSelf);
	if (portions < 0) {
		Creature_Asleep *e = (Creature_Asleep *)SOMMalloc(sizeof(Creature_Asleep));
		e->hours = 8;
		somSetException(ev, USER_EXCEPTION, ex_Creature_Asleep, e);
		return -1;
	}
	return _age * 10 + portions;
}

SOM_Scope Creature *SOMLINK mate(Creature *somSelf, Environment *ev, Creature *other, Creature **child)
{
	*child = new Creature;
	(*child)->_set_name(ev, somSelf->_get_name(ev));
	(*child)->_set_age(ev, somSelf->_get_age(ev) - other->_get_age(ev));
	return other;
}

SOM_Scope Spot SOMLINK where(Creature *somSelf, Environment *ev)
{
	Spot s;
	s.x = somSelf->weigh(ev, 1);
	s.y = -s.x;
	return s;
}

SOM_Scope void SOMLINK somInit(Creature *somSelf)
{
	CreatureData *somThis = CreatureGetData(somSelf);
	Creature_parent_SOMObject_somInit(somSelf);
	_age = 3;
}

SOM_Scope void SOMLINK swim(Swimmer *somSelf, Environment *ev, long metres)
{
	SwimmerData *somThis = SwimmerGetData(somSelf);
	(void)ev;
	_total += metres;
	somPrintf("%ld metres\n", (long)_total);
}

SOM_Scope Swimmer *SOMLINK self_of(Swimmer *somSelf, Environment *ev, Swimmer *s)
{
	(void)ev;
	return s ? s : somSelf;
}

SOM_Scope void SOMLINK duck_speak(Duck *somSelf, Environment *ev)
{
	somPrintf("quack, and ");
	Duck_parent_Creature_speak(somSelf, ev);
}

SOM_Scope void SOMLINK duck_swim(Duck *somSelf, Environment *ev, long metres)
{
	Duck_parent_Swimmer_swim(somSelf, ev, metres);
	Duck_parent_Swimmer_swim(somSelf, ev, 1);
}
