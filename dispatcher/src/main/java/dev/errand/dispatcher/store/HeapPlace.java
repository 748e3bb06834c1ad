package dev.errand.dispatcher.store;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;

/** Chunks in the heap, as long as the process lives. */
class HeapPlace implements ChunkPlace {

  private final Notes notes = Notes.ofOneLife();
  private final Long2ObjectOpenHashMap<Write.Chunk> chunks = new Long2ObjectOpenHashMap<>();

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public boolean lasts() {
    return false;
  }

  @Override
  public byte[] heads(long number) {
    Write.Chunk chunk = chunks.get(number);
    return chunk == null ? null : chunk.heads();
  }

  @Override
  public byte[] bodies(long number) {
    Write.Chunk chunk = chunks.get(number);
    return chunk == null ? null : chunk.bodies();
  }

  @Override
  public void write(Write write, long newest, int count, long sum) {
    write.chunks.forEach(chunk -> chunks.put(chunk.number(), chunk));
    write.dead.forEach(chunks::remove);
  }

  @Override
  public void rest() {
    // There is nothing more to be done.
  }

  @Override
  public void look(long now, long live) {
    // The dispatcher's limits see to it.
  }

  @Override
  public TaskStore.Space space() {
    return null;
  }

  @Override
  public String noRoom() {
    return null;
  }

  @Override
  public StoreException failed(Exception e) {
    return new StoreException("the store in memory failed: " + e.getMessage(), e);
  }

  @Override
  public StoreException damaged(Exception e) {
    return failed(e);
  }

  @Override
  public void close() {
    chunks.clear();
  }
}
