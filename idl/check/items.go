package check

import (
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// The items that the pass leaves for the others, in the order of the text.
type (
	constItem struct {
		sym    *symbol
		syntax *syntax.Const
		model  *model.Const
		state  evaluation
	}
	typedefItem struct {
		sym        *symbol
		syntax     *syntax.Typedef
		declarator *syntax.Declarator
		model      *model.Typedef
	}
	// recordItem is a structure or an exception.
	recordItem struct {
		sym     *symbol
		syntax  []*syntax.Member
		members *[]*model.Member
		nodes   map[*syntax.Declarator]*model.Member
	}
	unionItem struct {
		sym    *symbol
		syntax *syntax.Union
		model  *model.Union
		cases  map[*syntax.Case]*model.Case
	}
	interfaceItem struct {
		sym    *symbol
		syntax *syntax.Interface
		model  *model.Interface
	}
	valueItem struct {
		sym    *symbol
		syntax *syntax.ValueType
		model  *model.ValueType
	}
	stateItem struct {
		sym        *symbol
		syntax     *syntax.StateMember
		declarator *syntax.Declarator
		model      *model.StateMember
	}
	factoryItem struct {
		sym    *symbol
		syntax *syntax.Factory
		model  *model.Factory
		params []*model.Param
	}
	boxItem struct {
		sym    *symbol
		syntax *syntax.ValueBox
		model  *model.ValueBox
	}
	componentItem struct {
		sym    *symbol
		syntax *syntax.Component
		model  *model.Component
	}
	portItem struct {
		sym    *symbol
		syntax *syntax.Port
		model  *model.Port
	}
	homeItem struct {
		sym    *symbol
		syntax *syntax.Home
		model  *model.Home
	}
	operationItem struct {
		sym    *symbol
		syntax *syntax.Operation
		model  *model.Operation
		params []*model.Param
	}
	attributeItem struct {
		sym    *symbol
		syntax *syntax.Attribute
		model  *model.Attribute
	}
	// pragmaItem is a pragma with what it is about: target for those that name something.
	pragmaItem struct {
		syntax *syntax.Pragma
		scope  *scope
		name   string
		target *symbol
		args   []string
	}
	// noted is something that keeps comments and annotations.
	noted struct {
		node *model.Node
		head *syntax.Head
	}
)
