package Graphs;

public class FreightImpl extends Freight {}
