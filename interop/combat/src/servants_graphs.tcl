# Servants of types.idl and graphs.idl.

servant Types ::TY::T "
    public variable counter 0
    public variable ident id-1
    public method name {} { return impl }
    public method io {a _b _c} {
        upvar \$_b b \$_c c
        set b \[expr {\$a + \$b}]
        set c out
        return
    }
    public method boom {k} {
        if {\$k == 1} { corba::throw {IDL:TY/Oops:1.0 {code 42 why because}} }
        if {\$k == 2} { corba::throw IDL:TY/Empty:1.0 }
        return
    }
    public method sys {} { corba::throw {IDL:omg.org/CORBA/NO_RESOURCES:1.0 {minor 5 completion_status COMPLETED_MAYBE}} }
    [join [lmap name {prim col mat bstr wc ws u ub ul node tc} { string cat "public method e_" $name " {v} { return \$v }" }] \n]
    [join [lmap name {ref obj} { string cat "public method e_" $name " {v} { copy \$v }" }] \n]
    public method e_any {v} { list \[lindex \$v 0] \[expr {\[lindex \$v 0 0] eq {Object} ? \[copy \[lindex \$v 1]] : \[lindex \$v 1]}] }
"

# A value is a list of names and values. There is no identity: what comes twice is two that are equal.
servant Gardener IDL:interop.opendsom.org/Graphs/Gardener:1.0 {
    public method pass_leaf {a _b _same} {
        upvar $_b b $_same same
        set same [expr {$a eq "0" && $b eq "0"}]
        return $a
    }
    public method pass_branch {b} { return $b }
    public method pass_twig {t bud _again} {
        upvar $_again again
        set again $bud
        return $t
    }
    public method grow_twig {_bud} {
        upvar $_bud bud
        set bud {number 5 text bud}
        list number 9 text twig kind \x07 left $bud right 0 weight 2.5 notes {a bc} bark [octets 1000] bud $bud \
            _tc_ [corba::type of ${::GRAPHS}Twig:1.0]
    }
    public method turn {r} { dict get $r next }
    public method pass_nothing {n} { return $n }
    public method pass_word {w _again} {
        upvar $_again again
        set again $w
        return $w
    }
    public method pass_numbers {n} { return $n }
    public method pass_crate {c} { return $c }
    public method pass_cargo {c} { return $c }
    public method pass_place {p} { return $p }
    public method pass_named {n _name} {
        upvar $_name name
        if {$n eq "0"} { set name ""; return 0 }
        if {[llength $n] > 1} { set name [dict get $n first]; return $n }
        set name [call $n name]
        copy $n
    }
    public method pass_basket {b} { return $b }
    public method pass_any {a} { return $a }
    public method cut {l} { corba::throw [list ${::GRAPHS}Felled:1.0 [list fallen $l why winter]] }
}
