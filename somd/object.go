package somd

import (
	"context"
	"reflect"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// ObjectClass is SOM's SOMDObject, what CORBA calls Object: all proxies are such. Implementation and interface repository are asked
// elsewhere (package somd/dsom, and the daemon's InterfaceRepository), requests are made by dsom.CreateRequest: those methods keep their
// places.
var ObjectClass = som.MustClass[anyObject]("SOMDObject", som.WithVersion(2, 2), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		kept("get_implementation", "o:/ImplementationDef()"), kept("get_interface", "o:/InterfaceDef()"), kept("unused1", ""),
		{Name: "is_nil", Impl: func(som.Self) bool { return false }},
		{Name: "is_SOM_ref", Signature: "b:/boolean()", Impl: func(som.Self) bool { return false }},
		{Name: "is_constant", Signature: "b:/boolean()", Impl: func(som.Self) bool { return false }},
		{Name: "is_proxy", Signature: "b:/boolean()", Impl: func(som.Self) bool { return false }},
		{Name: "duplicate", Signature: "o:/SOMObject()", Impl: func(self som.Self) (som.Object, error) {
			return self.Ref(), self.Ref().Retain()
		}},
		{Name: "release", Signature: "v:/void()", Impl: func(self som.Self) error { return self.Ref().Release() }},
		kept("create_request", ""), kept("create_request_args", ""),
	}
	for _, name := range []string{"private1", "private2", "private3", "private4", "private5", "private6", "private7", "private8", "private9", "private10", "private11"} {
		s.Introduces = append(s.Introduces, kept(name, ""))
	}
	s.Introduces = append(s.Introduces,
		som.MethodSpec{Name: "_get_type_id", Signature: "s:/string()", Impl: func(self som.Self) (string, error) {
			return RepositoryID(self.Ref().Class().Name()), nil
		}},
		som.MethodSpec{Name: "_set_type_id", Signature: "v:s/void(string)", Impl: func(som.Self, string) error {
			return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "an object's type is its class's, and is not set")
		}})
}))

type anyObject struct{ som.Base }

// kept is a method that SOM's class has at a place of its release order, and that has no implementation here. Programs in C may be compiled with its
// signature.
func kept(name, signature string) som.MethodSpec {
	return som.MethodSpec{Name: name, Signature: signature, Type: reflect.TypeFor[func(som.Self) error]()}
}

// ClientProxy is IBM's SOMDClientProxy, which all classes of proxies descend from. What a proxy answers itself, sends to its target, or does in both
// places is a table in docs/somd.md. A program's own class of proxies has ClientProxy for its first parent and the target's class, abstract, for
// its second, and sends calls on by sommProxyDispatch.
var ClientProxy = som.MustClass[proxy]("SOMDClientProxy", som.WithVersion(2, 2), som.Parents(ObjectClass), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "somdTargetFree", Signature: "v:/void()", Impl: func(self som.Self, ctx context.Context) error { return proxyOf(self).free(ctx) }},
		{Name: "somdTargetGetClass", Signature: "o:/SOMClass()", Impl: func(self som.Self) (som.Object, error) { return classRef(proxyOf(self).SomGetClass()) }},
		{Name: "somdTargetGetClassName", Signature: "s:/string()", Impl: func(self som.Self) string { return proxyOf(self).SomGetClassName() }},
		{Name: "somdProxyFree", Signature: "v:/void()", Impl: func(self som.Self) error { return self.Ref().Release() }},
		{Name: "somdProxyGetClass", Signature: "o:/SOMClass()", Impl: func(self som.Self) (som.Object, error) { return classRef(self.Ref().Class()) }},
		{Name: "somdProxyGetClassName", Signature: "s:/string()", Impl: func(self som.Self) string { return self.Ref().Class().Name() }},
		kept("unused1", ""), kept("unused2", ""), kept("unused3", ""), kept("unused4", ""), kept("unused5", ""),
		{Name: "somdReleaseResources", Signature: "v:/void()", Impl: func(som.Self) {}},
	}
	for _, name := range []string{"private1", "private2", "private3", "private4", "private5"} {
		s.Introduces = append(s.Introduces, kept(name, ""))
	}
	s.Overrides = []som.Override{
		{Method: "SOMDObject::is_proxy", Impl: func(som.Self) bool { return true }},
		{Method: "SOMDObject::_get_type_id", Impl: func(self som.Self) (string, error) {
			ref, err := proxyOf(self).reference()
			if err != nil {
				return "", err
			}
			return ref.TypeID(), nil
		}},
	}
}))

// classRef is a class as an object, the caller's.
func classRef(c *som.Class) (som.Object, error) {
	if c == nil {
		return nil, nil
	}
	return c.SOM(), c.SOM().Retain()
}
