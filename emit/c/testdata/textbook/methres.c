/* One method found in all the ways that there are. */
#include <car.h>

static boolean by_dispatch(SOMObject *o, somToken *ret, somId id, ...)
{
	va_list ap;
	va_start(ap, id);
	boolean done = _somDispatch(o, ret, id, ap);
	va_end(ap);
	return done;
}

static void show(SOMObject *car, Environment *ev)
{
	somId wheel = somIdFromString("wheel");
	somToken ret = NULL;
	typedef int32_t method(SOMObject *, Environment *);
	somPrintf("%s: short %ld, offset %ld, ", _somGetClassName(car), _wheel(car, ev), (long)SOM_Resolve(car, Car, wheel)(car, ev));
	somPrintf("name %ld, ", (long)((method *)somResolveByName(car, "wheel"))(car, ev));
	boolean done = by_dispatch(car, &ret, wheel, car, ev);
	somPrintf("dispatch %d %ld, ", done, (long)(intptr_t)ret);
	somPrintf("casted %ld, side %s\n", (long)((method *)somClassResolve(_RightCar, CarClassData.wheel))(car, ev), _side(car, ev));
	SOMFree(*wheel);
	SOMFree(wheel);
}

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	MyCar *mine = MyCarNew();
	YourCar *yours = YourCarNew();
	show(mine, ev);
	show(yours, ev);
	somPrintf("cast %d, ", _somCastObj(yours, _LeftCar));
	somPrintf("wheel %ld, class %s, ", _wheel(yours, ev), _somGetClassName(yours));
	somPrintf("reset %d, ", _somResetObj(yours));
	somPrintf("wheel %ld\n", _wheel(yours, ev));
	_somFree(mine);
	_somFree(yours);
	return 0;
}
