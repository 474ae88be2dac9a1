#define amphibian_Class_Source
#include "amphibian.ih"

/* Car::somInit: overrides SOMObject::somInit, void somInit() */
SOM_Scope void SOMLINK car_somInit(Car *somSelf)
{
	CarData *somThis = CarGetData(somSelf);
	Car_parent_SOMObject_somInit(somSelf);
	_wheels = 4;
	somPrintf("Car ");
}

/* Car::somUninit: overrides SOMObject::somUninit, void somUninit() */
SOM_Scope void SOMLINK car_somUninit(Car *somSelf)
{
	somPrintf("~Car ");
	Car_parent_SOMObject_somUninit(somSelf);
}

/* Boat::somInit: overrides SOMObject::somInit, void somInit() */
SOM_Scope void SOMLINK boat_somInit(Boat *somSelf)
{
	BoatData *somThis = BoatGetData(somSelf);
	Boat_parent_SOMObject_somInit(somSelf);
	_oars = 2;
	somPrintf("Boat ");
}

/* Boat::somUninit: overrides SOMObject::somUninit, void somUninit() */
SOM_Scope void SOMLINK boat_somUninit(Boat *somSelf)
{
	somPrintf("~Boat ");
	Boat_parent_SOMObject_somUninit(somSelf);
}

/* Amphibian::both: long both() */
SOM_Scope long SOMLINK amph_both(Amphibian *somSelf, Environment *ev)
{
	return Car__get_wheels(somSelf, ev) * 10 + Boat__get_oars(somSelf, ev);
}

/* Duck::somInit: overrides SOMObject::somInit, void somInit() */
SOM_Scope void SOMLINK duck_somInit(Duck *somSelf)
{
	Duck_parent_Car_somInit(somSelf); /* the first parent's alone, as old templates have it */
	somPrintf("Duck ");
}

/* Duck::somUninit: overrides SOMObject::somUninit, void somUninit() */
SOM_Scope void SOMLINK duck_somUninit(Duck *somSelf)
{
	somPrintf("~Duck ");
	Duck_parents_somUninit(somSelf);
}

/* Swan::somInit: overrides SOMObject::somInit, void somInit() */
SOM_Scope void SOMLINK swan_somInit(Swan *somSelf)
{
	Swan_parents_somInit(somSelf);
	somPrintf("Swan ");
}

/* Swan::somUninit: overrides SOMObject::somUninit, void somUninit() */
SOM_Scope void SOMLINK swan_somUninit(Swan *somSelf)
{
	somPrintf("~Swan "); /* and no parent calls */
}
