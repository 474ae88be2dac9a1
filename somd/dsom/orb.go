package dsom

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// ORBClass is SOM's ORB: what the pseudo-object of the specification does for objects of the object model.
var ORBClass = classOf[orbObject]("ORB", `
	object_to_string s:o/string(SOMObject)
	string_to_object o:s/SOMObject(string)
	create_list I:ip/unsigned long(long,out NVList) | rio
	create_operation_list
	get_default_context I:p/unsigned long(out Context) | ro
	private1
	private2
	private3
	private4
	list_initial_services v:p/<string>() | r
	resolve_initial_references o:s/SOMObject(string)!IDL:ORB/InvalidName:1.0{
	_get_stringToObject30
	_set_stringToObject30
	private5
	private6
	private7
	private8
`, som.WithVersion(2, 2))

type orbObject struct{ som.Base }

// InvalidName is raised by resolve_initial_references.
type InvalidName struct{}

func (*InvalidName) Error() string { return "there is no initial reference of this name" }

// Raised tells the exception's id.
func (x *InvalidName) Raised() (string, any) { return "IDL:ORB/InvalidName:1.0", *x }

// ObjectToString returns an object's reference as a text.
func (o *orbObject) ObjectToString(_ context.Context, obj som.Object) (string, error) {
	g, err := current()
	if err != nil {
		return "", err
	}
	ref, err := g.export(obj)
	if err != nil {
		return "", err
	}
	return ref.String(), nil
}

// StringToObject returns the object of a reference, the caller's. One that no class here stands for and that does not describe itself, as those of other ORBs, is a SOMDObject, of which requests can be made.
func (o *orbObject) StringToObject(ctx context.Context, str string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	ref, err := g.d.ORB().Resolve(ctx, str)
	if err != nil || ref == nil {
		return nil, err
	}
	return given(g.d.ImportOrRefer(ctx, ref))
}

// CreateList returns a list with as many empty items.
func (o *orbObject) CreateList(_ context.Context, count int32) (uint32, som.Object, error) {
	if count < 0 {
		return 0, nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "a list of %d items", count)
	}
	if count > MaxItems {
		return 0, nil, tooMany(int(count))
	}
	r, err := given(newList(make([]entry, count)...))
	return 0, r, err
}

// GetDefaultContext returns a context without properties, the caller's.
func (o *orbObject) GetDefaultContext(context.Context) (uint32, som.Object, error) {
	r, err := ContextClass.New()
	if err != nil {
		return 0, nil, err
	}
	return 0, r, nil
}

// ListInitialServices returns the names that ResolveInitialReferences knows.
func (o *orbObject) ListInitialServices(context.Context) ([]string, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	return g.d.ORB().InitialReferences(), nil
}

// ResolveInitialReferences returns the object of an initial reference: NameService, InterfaceRepository and what else the ORB was given; FactoryService
// is the naming service, whose context somd has the servers.
func (o *orbObject) ResolveInitialReferences(ctx context.Context, identifier string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if identifier == "FactoryService" {
		identifier = "NameService"
	}
	if !slices.Contains(g.d.ORB().InitialReferences(), identifier) {
		return nil, &InvalidName{}
	}
	ref, err := g.d.ORB().InitialReference(ctx, identifier)
	if err != nil {
		return nil, err
	}
	if ref == nil {
		return nil, &InvalidName{}
	}
	return given(g.d.Import(ctx, ref))
}

// PrincipalClass is who has sent a request, as far as the transport has made sure of that: see [NewPrincipal].
var PrincipalClass = classOf[principal]("Principal", `
	_set_userName v:s/void(string)
	_get_userName s:/string()
	_set_hostName v:s/void(string)
	_get_hostName s:/string()
	private1
	private2
`, som.WithVersion(2, 2))

type principal struct {
	som.Base
	user, host string
}

func (p *principal) SetUserName(_ context.Context, name string) error { p.user = name; return nil }
func (p *principal) UserName(context.Context) (string, error)         { return p.user, nil }
func (p *principal) SetHostName(_ context.Context, name string) error { p.host = name; return nil }
func (p *principal) HostName(context.Context) (string, error)         { return p.host, nil }

// notHere is the error of what DSOM has and this has not.
func notHere(what, instead string) error {
	return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%s: %s", what, instead)
}
