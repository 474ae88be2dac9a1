#define Car_Class_Source
#include <car.ih>

SOM_Scope long SOMLINK car_wheel(Car *somSelf, Environment *ev) { return (void)somSelf, (void)ev, 4; }
SOM_Scope string SOMLINK car_side(Car *somSelf, Environment *ev) { return (void)somSelf, (void)ev, (string) "no"; }
SOM_Scope long SOMLINK left_wheel(LeftCar *somSelf, Environment *ev) { return (void)somSelf, (void)ev, 1; }
SOM_Scope string SOMLINK left_side(LeftCar *somSelf, Environment *ev) { return (void)somSelf, (void)ev, (string) "left"; }
SOM_Scope long SOMLINK right_wheel(RightCar *somSelf, Environment *ev) { return (void)somSelf, (void)ev, 2; }
SOM_Scope string SOMLINK right_side(RightCar *somSelf, Environment *ev) { return (void)somSelf, (void)ev, (string) "right"; }
SOM_Scope long SOMLINK your_wheel(YourCar *somSelf, Environment *ev)
{
	return 10 * YourCar_parent_LeftCar_wheel(somSelf, ev) + YourCar_parent_RightCar_wheel(somSelf, ev);
}
