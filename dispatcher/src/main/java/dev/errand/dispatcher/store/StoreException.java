package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A store can't be opened, or can't go on: says what happened and what to do, in one line. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  StoreException(String line, Throwable cause) {
    super(line, cause);
  }

  StoreException(String line) {
    super(line);
  }

  /** What is on the disk can't be what was written. */
  static StoreException damaged(Path folder, Exception e) {
    return damaged(folder, e instanceof IOException file ? why(file) : e.getMessage(), e);
  }

  static StoreException damaged(Path folder, String how, Exception e) {
    return new StoreException(
        "the store in "
            + folder.toAbsolutePath()
            + " is damaged: "
            + how
            + cure(folder.toAbsolutePath()),
        e);
  }

  /** What can be done with a store that is damaged. */
  static String cure(Path folder) {
    return "; bring the folder back from a copy, or see the damage by ./errand store check "
        + folder
        + " and save what is readable by ./errand store export "
        + folder;
  }

  /** What went wrong with a file, in words. */
  static String why(IOException e) {
    String file = e instanceof FileSystemException of ? of.getFile() : null;
    if (file != null && Files.isSymbolicLink(Path.of(file)) && !Files.exists(Path.of(file))) {
      return file + " is a link to nothing";
    }
    if (e instanceof FileAlreadyExistsException) {
      return file + " is no folder";
    }
    if (e instanceof NoSuchFileException) {
      return file + " is not there";
    }
    boolean noRight = e instanceof AccessDeniedException denied && denied.getReason() == null;
    return noRight ? file + ": no right to" : String.valueOf(e.getMessage());
  }
}
