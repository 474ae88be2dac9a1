# A naming service on Combat, which comes with none, for the suite of naming services.
#   tclsh names.tcl PORT
# Its root context is corbaloc::127.0.0.1:PORT/NameService.

set here [file dirname [info script]]
source [file join $here serve.tcl]
set COS IDL:omg.org/CosNaming/NamingContext

proc refuse {name args} { corba::throw [list ${::COS}/$name:1.0 $args] }
proc missing {why rest} { refuse NotFound why $why rest_of_name $rest }

# ---- names as text: parts between slashes, of an id and a kind with a dot between, with backslashes before what is meant itself

proc escaped {text} { string map {\\ \\\\ . \\. / \\/} $text }
proc text_of {part} {
    dict with part {}
    if {$kind eq "" && $id ne ""} { return [escaped $id] }
    return [escaped $id].[escaped $kind]
}
proc part {fields} {
    if {[llength $fields] > 2 || $fields eq {{}}} { refuse InvalidName }
    list id [lindex $fields 0] kind [lindex $fields 1]
}
proc parts {text} {
    set name [list]
    set fields [list]
    set field ""
    for {set i 0} {$i < [string length $text]} {incr i} {
        switch -- [set c [string index $text $i]] {
            \\ { append field [string index $text [incr i]] }
            . - / {
                lappend fields $field
                set field ""
                if {$c eq "/"} { lappend name [part $fields]; set fields [list] }
            }
            default { append field $c }
        }
    }
    lappend name [part [lappend fields $field]]
}

# ---- servants

# bindings returns pairs of a part and what it names as a BindingList.
proc bindings {pairs} { lmap {part what} $pairs { list binding_name [list $part] binding_type [lindex $what 0] } }

servant Iterator ::CosNaming::BindingIterator {
    private variable rest
    constructor {bindings} { set rest $bindings }
    public method next_n {how_many _bl} {
        upvar $_bl bl
        if {$how_many == 0} { corba::throw {IDL:omg.org/CORBA/BAD_PARAM:1.0 {minor 0 completion_status COMPLETED_NO}} }
        set bl [lrange $rest 0 $how_many-1]
        set rest [lrange $rest $how_many end]
        expr {[llength $bl] > 0}
    }
    public method next_one {_b} {
        upvar $_b b
        set more [next_n 1 bl]
        set b [expr {$more ? [lindex $bl 0] : {binding_name {} binding_type nobject}}]
        return $more
    }
    public method destroy {} { $::poa deactivate_object [$::poa servant_to_id $this] }
}

servant Context ::CosNaming::NamingContextExt {
    private variable bound ;# type and reference by part
    constructor {} { array set bound {} }

    # beyond hands an operation on to the context that the first part of a name names.
    private method beyond {n operation args} {
        lassign [found $n] type context
        if {$type ne "ncontext"} { ::missing not_context $n }
        catch { set context [$::poa reference_to_servant $context] } ;# otherwise it is another's
        $context $operation [lrange $n 1 end] {*}$args
    }
    private method found {n} {
        if {[llength $n] == 0} { ::refuse InvalidName }
        if {![info exists bound([lindex $n 0])]} { ::missing missing_node $n }
        return $bound([lindex $n 0])
    }
    # place binds a name of one part to something of a type, anew or in place of what is of the same type.
    private method place {n type o again} {
        if {[llength $n] == 0} { ::refuse InvalidName }
        set part [lindex $n 0]
        if {[info exists bound($part)]} {
            lassign $bound($part) was
            if {!$again} { ::refuse AlreadyBound }
            if {$was ne $type} { ::missing [expr {$was eq "nobject" ? "not_context" : "not_object"}] $n }
        }
        set bound($part) [::list $type [::copy $o]]
        return
    }
    public method bind {n o} { if {[llength $n] > 1} { return [beyond $n bind $o] } ; place $n nobject $o 0 }
    public method rebind {n o} { if {[llength $n] > 1} { return [beyond $n rebind $o] } ; place $n nobject $o 1 }
    public method bind_context {n o} { if {[llength $n] > 1} { return [beyond $n bind_context $o] } ; place $n ncontext $o 0 }
    public method rebind_context {n o} { if {[llength $n] > 1} { return [beyond $n rebind_context $o] } ; place $n ncontext $o 1 }
    public method resolve {n} { if {[llength $n] > 1} { return [beyond $n resolve] } ; ::copy [lindex [found $n] 1] }
    public method unbind {n} {
        if {[llength $n] > 1} { return [beyond $n unbind] }
        found $n
        unset bound([lindex $n 0])
        return
    }
    public method new_context {} { ::this [uplevel #0 {Context #auto}] }
    public method bind_new_context {n} {
        if {[llength $n] > 1} { return [beyond $n bind_new_context] }
        set made [new_context]
        place $n ncontext $made 0
        return $made
    }
    public method destroy {} {
        if {[array size bound] > 0} { ::refuse NotEmpty }
        $::poa deactivate_object [$::poa servant_to_id $this]
    }
    public method list {how_many _bl _bi} {
        upvar $_bl bl $_bi bi
        set all [::bindings [array get bound]]
        set bl [lrange $all 0 $how_many-1]
        set bi 0
        if {[llength $all] > $how_many} { set bi [::this [uplevel #0 [::list Iterator #auto [lrange $all $how_many end]]]] }
        return
    }
    public method to_string {n} {
        if {[llength $n] == 0} { ::refuse InvalidName }
        join [lmap part $n { ::text_of $part }] /
    }
    public method to_name {text} { ::parts $text }
    public method resolve_str {text} { resolve [::parts $text] }
}

begin [lindex $argv 0] {CosNaming} -ORBPOAImplName NameService
set adapter [$poa create_POA NameService [$poa the_POAManager] {PERSISTENT USER_ID}]
$adapter activate_object_with_id NameService [Context #auto]
serve [$adapter id_to_reference NameService]
