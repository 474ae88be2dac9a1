# Servants that return mirrors: Basics, Wide, Built, and Anys.

# mirrors makes a class whose operations return the mirror of their argument, by the procedures named.
proc mirrors {name interface operations {body ""}} {
    foreach {operation mirror} $operations { append body "\npublic method mirror_$operation {v} { ::$mirror \$v }" }
    servant $name $interface $body
}

# ---- mirrors of values that the client makes itself

proc negate {v} { expr {!$v} }
proc next {v} { format %c [expr {[scan $v %c] + 1}] }
proc invert_ushort {v} { expr {65535 - $v} }
proc invert_ulong {v} { expr {4294967295 - $v} }
proc flip_text {v} { string reverse $v }
proc each {mirror v} { lmap e [lreverse $v] { $mirror $e } }
proc flip_texts {v} { each flip_text $v }
proc flip_entries {v} { each flip_entry $v }
proc flip_booleans {v} { each negate $v }
proc flip_reals {v} { each flip_real $v }
proc flip_matrices {v} { each flip_matrix $v }
proc flip_point {p} { list x [flip_real [dict get $p x]] y [flip_real [dict get $p y]] }
proc flip_bulk {v} { list before [flip_octets [dict get $v before]] list [flip_reals [dict get $v list]] after [complement [dict get $v after]] }
proc flip_versioned {v} { list v [complement [dict get $v v]] }
proc flip_renamed {v} { list v [flip_text [dict get $v v]] }
proc flip_prims {v} {
    foreach {member mirror} {b negate c next o flip_octets s complement us invert_ushort l complement ul invert_ulong ll complement ull complement f flip_real d flip_real} {
        dict set v $member [$mirror [dict get $v $member]]
    }
    return $v
}

# A union is its discriminator and its member.
proc arm {v mirrors {default ""}} {
    lassign $v d member
    set mirror [expr {[dict exists $mirrors $d] ? [dict get $mirrors $d] : $default}]
    if {$mirror eq ""} { return [list $d] }
    list $d [$mirror $member]
}
proc flip_bycolor {v} { arm $v {red complement green flip_text} flip_octets }
proc flip_byboolean {v} { arm $v {1 flip_real 0 flip_text} }
proc flip_maybe {v} { arm $v {1 flip_point} }
proc flip_bylong {v} { arm $v {-1 complement 1 complement 2 flip_entry 3 flip_longs} flip_text }
proc flip_bychar {v} { arm $v {a flip_octets b flip_octets z flip_color} flip_text }
proc flip_byshort {v} { arm $v {65535 complement 0 negate} }
proc flip_bylonglong {v} { arm $v {-5000000000 complement 9 flip_octets} }
proc flip_inline {v} { arm $v {whole complement part flip_matrix} }
proc flip_exprs {v} { each flip_expr $v }
proc flip_expr {v} { arm $v {0 complement 1 flip_exprs} }

# ---- Basics, Wide, Built

mirrors Basics ::Interop::Basics {
    boolean negate char next octet flip_octets short complement ushort invert_ushort long complement ulong invert_ulong
    longlong complement ulonglong complement float flip_real double flip_real string flip_text tag flip_text prims flip_prims
}
mirrors Wide ::Interop::Wide {wchar next wstring flip_text widetag flip_text}
mirrors Built ::Interop::Built {
    color flip_color entry flip_entry entries flip_entries longs flip_longs numbers flip_longs booleans flip_booleans doubles flip_reals
    strings flip_texts tags flip_texts table flip_matrix octets flip_octets matrix flip_matrix matrices flip_matrices pair flip_texts
    key flip_octets bulk flip_bulk node flip_node tree flip_tree versioned flip_versioned renamed flip_renamed bycolor flip_bycolor
    byboolean flip_byboolean maybe flip_maybe bylong flip_bylong bychar flip_bychar byshort flip_byshort bylonglong flip_bylonglong
    inline flip_inline expr flip_expr
} { public method grow {depth} { tree $depth } }

# ---- Anys: a pair of type and value. Combat keeps neither the names of types nor aliases.

# flip_any returns the mirror of a value of a type, as far as Combat tells the types apart.
proc flip_any {type v} {
    switch -- $type {
        boolean { return [negate $v] }
        char { return [next $v] }
        octet { return [flip_octets $v] }
        short - long - {long long} - {unsigned long long} { return [complement $v] }
        {unsigned short} { return [invert_ushort $v] }
        {unsigned long} { return [invert_ulong $v] }
        float - double { return [flip_real $v] }
        string { return [flip_text $v] }
        {enum {red green blue}} { return [flip_color $v] }
    }
    switch -- [lindex $type 1] [list \
        ${::ID}Prims:1.0 { return [flip_prims $v] } \
        ${::ID}Entry:1.0 { return [flip_entry $v] } \
        ${::ID}ByColor:1.0 { return [flip_bycolor $v] } \
        ${::ID}Node:1.0 { return [flip_node $v] } \
    ]
    if {[lindex $type 0] eq "Object"} { return [copy $v] }
    return $v
}

# type_text describes a type, without the names that Combat does not keep.
proc type_text {t} {
    switch -- $t {
        {unsigned short} { return ushort }
        {unsigned long} { return ulong }
        {long long} { return longlong }
        {unsigned long long} { return ulonglong }
        {long double} { return longdouble }
    }
    switch -- [lindex $t 0] {
        string - wstring { return [lindex $t 0][expr {[llength $t] > 1 ? "<[lindex $t 1]>" : ""}] }
        sequence - array { return "[lindex $t 0]<[type_text [lindex $t 1]][expr {[llength $t] > 2 && [lindex $t 2] ? ",[lindex $t 2]" : ""}]>" }
        recursive { return ^[lindex $t 1] }
        struct { return "struct([lindex $t 1],){[members_text [lindex $t 2]]}" }
        union { return "union([lindex $t 1],,[type_text [lindex $t 2]]){[members_text [lindex $t 3] =]}" }
    }
    return $t
}

# members_text describes pairs of a name, or a label, and a type.
proc members_text {pairs {between :}} {
    join [lmap {name type} $pairs { string cat $name $between [type_text $type] }] ";"
}

set constants {
    YES {boolean 1} INITIAL {char I} TAB {char \t} MASK {octet \xf0} LOWEST {short -32768} PORT {{unsigned short} 2809} ANSWER {long 42}
    MEBI {{unsigned long} 1048576} DEEP {{long long} -9223372036854775807} LARGEST {{unsigned long long} -1} QUARTER {float 0.25}
    HALF {double 0.5} GREETING {string {hello, world!}} FAVOURITE {{enum {red green blue}} green} OMEGA {wchar \u03a9}
    PLACE {wstring Z\u00fcrich} TAG_LIMIT {{unsigned long} 8}
}

servant Anys ::Interop::Anys {
    public method mirror_any {v} { list [lindex $v 0] [flip_any {*}$v] }
    public method kind_of {v} { type_text [lindex $v 0] }
    public method describe {t} { type_text $t }
    public method mirror_type {v} { return $v }
    public method same_type {a b} { expr {$a eq $b} }
    public method constant {name} {
        if {![dict exists $::constants $name]} { refuse 404 $name }
        lassign [dict get $::constants $name] type v
        list $type [subst -nocommands -novariables $v]
    }
}
