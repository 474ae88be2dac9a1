package Graphs;

public class CargoImpl extends Cargo {}
