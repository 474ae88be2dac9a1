package org.dsom;

/** A union, where there is no record that was generated for it: the value is null if no arm is selected. */
public record SomUnion(String type, Object discriminator, Object value) {}
